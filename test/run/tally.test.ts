import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/history/event.js';
import { LastFault } from '../../src/run/last-fault.js';
import { Tally } from '../../src/run/tally.js';

const MS = 1e6;
const drill = {
  clients: {
    app: { count: 1, rate: 100, timeout: 1000 },
    stranded: { count: 1, rate: 100, timeout: 1000, pinned: 'a' },
  },
  recovery: { success: 0.99, hold: 100 },
  workload: { writes: 0.7 },
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
const fault = (at: number, name = 'fault-1', targets = ['a']): Event => ({
  ...{ index: 0, time: at * MS, type: 'fault', fault: name },
  ...{ kind: 'kill', targets, text: '' },
});
/** That a fault took effect at an instant, as it was seen at another. */
const witness = (at: number, time = at, name = 'fault-1'): Event => ({
  ...{ index: 0, time: time * MS, type: 'witness', fault: name },
  ...{ witnessed: true, at: at * MS, evidence: [] },
});
const declared = (at: number, target: string, node = 's1'): Event => ({
  ...{ index: 0, time: at * MS, type: 'supervisor', node },
  ...{ event: 'declared', target, at: at * MS },
});
describe('whether the machine is on time', () => {
  it('is told by how long ago its last stall was over', () => {
    const tally = new Tally(drill);
    expect(tally.onTime(0, 1000)).toBe(true);
    tally.add({
      index: 0,
      time: 500 * MS,
      type: 'stall',
      at: 300 * MS,
      took: 200 * MS,
      who: 'the runner',
    } as never);
    expect(tally.onTime(1499 * MS, 1000)).toBe(false);
    expect(tally.onTime(1500 * MS, 1000)).toBe(true);
  });
});

/** A fault that took effect at once. */
function hit(tally: Tally, at: number): void {
  tally.add(fault(at));
  tally.add(witness(at));
}

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
    hit(tally, 1000);
    play(tally, 1000, 1200, 'info');
    expect(tally.recovered(1200 * MS)).toBe(false);
    play(tally, 1200, 1280, 'ok');
    expect(tally.recovered(1280 * MS)).toBe(false);
    play(tally, 1280, 1400, 'ok');
    expect(tally.recovered(1400 * MS)).toBe(true);
  });

  it('waits for operations under way before it says that the success held', () => {
    const tally = new Tally(drill);
    hit(tally, 1000);
    play(tally, 1000, 1010, 'ok');
    play(tally, 1010, 1300, 'open');
    expect(tally.recovered(1300 * MS)).toBe(false);
  });

  it('does not take acknowledgements just after the fault for a recovery when an outage follows', () => {
    const tally = new Tally(drill);
    hit(tally, 1000);
    play(tally, 1000, 1030, 'ok');
    play(tally, 1030, 1300, 'info');
    expect(tally.recovered(1300 * MS)).toBe(false);
  });

  it('leaves pinned groups aside', () => {
    const tally = new Tally(drill);
    hit(tally, 1000);
    play(tally, 1000, 1300, 'info', 'stranded');
    play(tally, 1001, 1301, 'ok');
    expect(tally.recovered(1301 * MS)).toBe(true);
  });

  it('forgets what was before a fault', () => {
    const tally = new Tally(drill);
    play(tally, 0, 500, 'ok');
    hit(tally, 500);
    expect(tally.recovered(700 * MS)).toBe(false);
  });

  it('counts recovery from the effect of a fault, not from its order: a stop may have a grace', () => {
    const tally = new Tally(drill);
    tally.add(fault(1000));
    // It serves on until it ends.
    play(tally, 1000, 3000, 'ok');
    expect(tally.recovered(3000 * MS)).toBe(false);
    tally.add(witness(2990, 3000));
    expect(tally.recovered(3001 * MS)).toBe(false);
    play(tally, 3000, 3200, 'info');
    expect(tally.recovered(3200 * MS)).toBe(false);
    play(tally, 3200, 3310, 'ok');
    expect(tally.recovered(3310 * MS)).toBe(true);
  });

  it('waits for the effect of each of several faults that were injected together', () => {
    const tally = new Tally(drill);
    tally.add(fault(1000));
    tally.add(fault(1001, 'fault-2'));
    tally.add(witness(1002));
    play(tally, 1000, 1300, 'ok');
    expect(tally.recovered(1300 * MS)).toBe(false);
    tally.add(witness(1250, 1300, 'fault-2'));
    expect(tally.recovered(1301 * MS)).toBe(false);
    play(tally, 1300, 1400, 'ok');
    expect(tally.recovered(1400 * MS)).toBe(true);
  });

  it('counts from an effect that was not seen as well: the verdict is inconclusive, the drill goes on', () => {
    const tally = new Tally(drill);
    tally.add(fault(1000));
    tally.add({
      ...{ index: 0, time: 1000 * MS, type: 'witness' },
      fault: 'fault-1',
      witnessed: false,
      evidence: [],
    });
    play(tally, 1000, 1200, 'ok');
    expect(tally.recovered(1200 * MS)).toBe(true);
  });
});

describe('the last fault', () => {
  it('is detected by a declaration of one of its targets, by somebody else, after its effect', () => {
    const last = new LastFault();
    last.add(fault(1000));
    last.add(declared(1010, 'a'));
    // Nobody knows yet whether that was before its effect.
    expect(last.detected).toBe(false);
    last.add(witness(1020, 1030));
    expect(last.detected).toBe(false);
    last.add(declared(1100, 'b'));
    last.add(declared(1110, 'a', 'a'));
    expect(last.detected).toBe(false);
    last.add(declared(1120, 'a'));
    expect(last.detected).toBe(true);
  });

  it('is detected by what is told before its witness, and took place after its effect', () => {
    const last = new LastFault();
    last.add(fault(1000));
    last.add(declared(1400, 'a'));
    last.add(witness(1001, 1500));
    expect(last.detected).toBe(true);
  });

  it('is forgotten with the next one, but not with the last look at one before its heal', () => {
    const last = new LastFault();
    last.add(fault(1000));
    last.add(witness(1000));
    last.add(declared(1400, 'a'));
    last.add({ ...witness(2000), before: 'heal' } as Event);
    expect(last.since).toBe(1000 * MS);
    expect(last.detected).toBe(true);
    last.add(fault(3000, 'fault-2', ['b']));
    last.add(witness(3000, 3000, 'fault-2'));
    last.add(declared(3100, 'a'));
    expect(last.detected).toBe(false);
    last.add(declared(3200, 'b'));
    expect(last.detected).toBe(true);
  });
});
