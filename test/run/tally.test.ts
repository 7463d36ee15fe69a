import { describe, expect, it } from 'vitest';
import type { Event, EventBody } from '../../src/history/event.js';
import { Tally } from '../../src/run/tally.js';

const MS = 1e6;
const drill = {
  clients: {
    app: { count: 1, rate: 100, timeout: 1000 },
    stranded: { count: 1, rate: 100, timeout: 1000, pinned: 'a' },
  },
  recovery: { success: 0.99, hold: 100 },
} as never;

/** Feeds one operation every 10 ms that ends 1 ms later as `outcome` says. */
function play(tally: Tally, from: number, to: number, outcome: 'ok' | 'info' | 'open', client = 'app') {
  for (let at = from; at < to; at += 10) {
    const process = at;
    const common = { process, f: 'write', key: 'k', value: at, client };
    tally.add({ index: 0, time: at * MS, type: 'invoke', ...common } as Event);
    if (outcome !== 'open') tally.add({ index: 0, time: (at + 1) * MS, type: outcome, ...common } as Event);
  }
}
const fault = (at: number) =>
  ({
    index: 0,
    time: at * MS,
    type: 'fault',
    fault: 'fault-1',
    kind: 'kill',
    targets: ['a'],
    text: '',
  }) as Event & EventBody;

describe('the tally', () => {
  it('is steady when everything that ended lately succeeded', () => {
    const tally = new Tally(drill);
    expect(tally.steady(0, 500)).toBe(false);
    play(tally, 0, 300, 'info');
    expect(tally.steady(300 * MS, 200)).toBe(false);
    play(tally, 300, 600, 'ok');
    expect(tally.steady(600 * MS, 200)).toBe(true);
    expect(tally.steady(600 * MS, 500)).toBe(false);
  });

  it('is not recovered while operations fail, or before the success has held', () => {
    const tally = new Tally(drill);
    tally.add(fault(1000));
    play(tally, 1000, 1200, 'info');
    expect(tally.recovered(1200 * MS)).toBe(false);
    play(tally, 1200, 1280, 'ok');
    expect(tally.recovered(1280 * MS)).toBe(false);
    play(tally, 1280, 1400, 'ok');
    expect(tally.recovered(1400 * MS)).toBe(true);
  });

  it('waits for operations under way before it says that the success held', () => {
    const tally = new Tally(drill);
    tally.add(fault(1000));
    play(tally, 1000, 1010, 'ok');
    play(tally, 1010, 1300, 'open');
    expect(tally.recovered(1300 * MS)).toBe(false);
  });

  it('does not take acknowledgements just after the fault for a recovery when an outage follows', () => {
    const tally = new Tally(drill);
    tally.add(fault(1000));
    play(tally, 1000, 1030, 'ok');
    play(tally, 1030, 1300, 'info');
    expect(tally.recovered(1300 * MS)).toBe(false);
  });

  it('leaves pinned groups aside', () => {
    const tally = new Tally(drill);
    tally.add(fault(1000));
    play(tally, 1000, 1300, 'info', 'stranded');
    play(tally, 1001, 1301, 'ok');
    expect(tally.recovered(1301 * MS)).toBe(true);
  });

  it('forgets what was before a fault', () => {
    const tally = new Tally(drill);
    play(tally, 0, 500, 'ok');
    tally.add(fault(500));
    expect(tally.recovered(700 * MS)).toBe(false);
  });
});
