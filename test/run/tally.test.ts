import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Drill } from '../../src/drill/schema.js';
import { decodeHistory } from '../../src/history/codec.js';
import type { Event } from '../../src/history/event.js';
import type { History } from '../../src/history/history.js';
import { Tally } from '../../src/run/tally.js';
import { detectionOf } from '../../src/timeline/detection.js';
import { faultsOf } from '../../src/timeline/faults.js';
import { recoveriesOf } from '../../src/timeline/recovery.js';
import { decodeDrill } from '../built-in.js';
import { RECORDINGS } from '../checker/partition-runs.js';

const MS = 1e6;
const FOLDER = new URL('../../fixtures/histories/', import.meta.url);
const drill = decodeDrill({
  name: 'tiny',
  topology: { nodes: { a: { role: 'primary' }, b: {}, c: {} } },
  clients: {
    app: { count: 1, rate: '100/s', timeout: '1s' },
    stranded: { count: 1, rate: '100/s', timeout: '1s', pinned: 'a' },
  },
  recovery: { success: '99%', hold: '100ms' },
});

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
    const tally = new Tally(drill);
    tally.add(fault(1000));
    tally.add(declared(1010, 'a'));
    // Nobody knows yet whether that was before its effect.
    expect(tally.detected).toBe(false);
    tally.add(witness(1020, 1030));
    expect(tally.detected).toBe(false);
    tally.add(declared(1100, 'b'));
    tally.add(declared(1110, 'a', 'a'));
    expect(tally.detected).toBe(false);
    tally.add(declared(1120, 'a'));
    expect(tally.detected).toBe(true);
  });

  it('is detected by what is told before its witness, and took place after its effect', () => {
    const tally = new Tally(drill);
    tally.add(fault(1000));
    tally.add(declared(1400, 'a'));
    tally.add(witness(1001, 1500));
    expect(tally.detected).toBe(true);
  });

  it('is forgotten with the next one, but not with the last look at one before its heal', () => {
    const tally = new Tally(drill);
    tally.add(fault(1000));
    tally.add(witness(1000));
    tally.add(declared(1400, 'a'));
    tally.add({ ...witness(2000), before: 'heal' } as Event);
    expect(tally.lastFault.since).toBe(1000 * MS);
    expect(tally.detected).toBe(true);
    tally.add(fault(3000, 'fault-2', ['b']));
    tally.add(witness(3000, 3000, 'fault-2'));
    tally.add(declared(3100, 'a'));
    expect(tally.detected).toBe(false);
    tally.add(declared(3200, 'b'));
    expect(tally.detected).toBe(true);
  });
});

/** A stored history as the tally sees it up to an instant. */
function upTo(history: History, of: Drill, instant: number): Tally {
  const tally = new Tally(of);
  for (const event of history.events) if (event.time < instant) tally.add(event);
  return tally;
}

describe.each(RECORDINGS)('what was waited for in $file is what its verdict goes by', ({ file }) => {
  const history = decodeHistory(readFileSync(new URL(file, FOLDER), 'utf8'));
  const recorded = decodeDrill(history.run!.drill);

  it('the recovery', () => {
    for (const fault of faultsOf(history).filter(({ effective }) => effective !== undefined)) {
      const recovery = recoveriesOf(history, recorded).after(fault)!;
      const { at } = recovery.boundary;
      const isBack = recovery.kind === 'recovered' || recovery.kind === 'none';
      expect([fault.event.fault, upTo(history, recorded, at).recovered(at)]).toEqual([
        fault.event.fault,
        isBack,
      ]);
      const back = recovery.kind === 'recovered' ? fault.effective! + recovery.took : fault.effective!;
      expect(upTo(history, recorded, back).recovered(back)).toBe(false);
    }
  });

  it('the detection', () => {
    const faults = faultsOf(history);
    for (const [place, fault] of faults.entries()) {
      const next = faults[place + 1]?.event.time ?? Number.POSITIVE_INFINITY;
      const isDetected = detectionOf(history, recorded, fault) !== undefined;
      expect(upTo(history, recorded, next).detected).toBe(isDetected);
    }
  });
});
