import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import type { Aim, Effects, Fault, Witnessed } from '../../src/fault/fault.js';
import { decodeHistory } from '../../src/history/codec.js';
import { seeded } from '../../src/random.js';
import { Injector, type Ordered } from '../../src/run/injector.js';
import type { Observer } from '../../src/run/observer.js';
import { Recorder } from '../../src/run/recorder.js';

let folder: string;
let file: string;
let recorder: Recorder;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drill-injector-'));
  file = join(folder, 'history.jsonl');
  recorder = await Recorder.open({ clock, file, onFailure: (error) => expect.fail(error.message) });
});
afterEach(async () => {
  await recorder.close();
  rmSync(folder, { recursive: true });
});

const seen = (witnessed: boolean): Witnessed => ({ witnessed, at: clock.now(), evidence: [] });

function injector() {
  const observer = {
    view: () => ({ nodes: [], killed: [], paused: [] }),
    onFault() {},
  } as unknown as Observer;
  const effects = {} as Effects;
  return new Injector({ clock, recorder, observer, effects, links: [], random: seeded(1) });
}

/** A fault that writes down what is done to it. */
function fault(log: string[], options: Ordered['options'] = {}, witness = async () => seen(true)): Ordered {
  const kind: Fault<unknown, Aim> = {
    needs: [],
    aim: () => ({ targets: ['a'], text: 'a hurt' }),
    async inject(name) {
      const known = readFileSync(file, 'utf8').includes(`"type":"fault","fault":"${name}"`);
      log.push(`${name} injected, ${known ? 'on record' : 'not on record'}`);
      return {
        witness,
        heal: async () => {
          log.push(`${name} healed`);
          return seen(true);
        },
      };
    },
  };
  return { kind: 'hurt', fault: kind, options };
}

const types = () =>
  recorder.events.map((event) => ('fault' in event ? `${event.type} ${event.fault}` : event.type));

describe('the injector', () => {
  it('has a fault on record, out of its hands, before it is applied', async () => {
    const log: string[] = [];
    await injector().inject([fault(log), fault(log)]);
    expect(log).toEqual(['fault-1 injected, on record', 'fault-2 injected, on record']);
  });

  it('records the witness, the heal and what was seen of it, in this order', async () => {
    const own = injector();
    await own.inject([fault([], { as: 'pain' })]);
    await own.heal('pain');
    expect(types()).toEqual(['fault fault-1', 'witness fault-1', 'heal fault-1', 'healed fault-1']);
  });

  it('lets a witness speak before the next fault', async () => {
    let speak: (witnessed: Witnessed) => void = () => {};
    const witness = () =>
      new Promise<Witnessed>((resolve) => {
        speak = resolve;
      });
    const own = injector();
    await own.inject([fault([], {}, witness)]);
    const next = own.inject([fault([])]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(types()).toEqual(['fault fault-1']);
    speak(seen(true));
    await next;
    expect(types().slice(0, 3)).toEqual(['fault fault-1', 'witness fault-1', 'fault fault-2']);
  });

  it('takes a witness that breaks down for one that saw nothing', async () => {
    const own = injector();
    await own.inject([fault([], {}, async () => Promise.reject(new Error('blind')))]);
    await own.witnessed();
    expect(recorder.events.at(-1)).toMatchObject({ type: 'witness', witnessed: false });
  });

  it('heals by itself what was to last for a while, and nothing twice', async () => {
    const log: string[] = [];
    const own = injector();
    await own.inject([fault(log, { for: 20 }), fault(log)]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await own.healAll();
    await own.healAll();
    expect(log.filter((line) => line.endsWith('healed'))).toEqual(['fault-1 healed', 'fault-2 healed']);
  });
});

describe('the recorder', () => {
  it('writes what it records, chained and in order, and stamps on the scale of the run', async () => {
    const begun = clock.now();
    recorder.record({ type: 'phase', phase: 'up' });
    recorder.record({ type: 'node', node: 'a', event: 'running' }, { at: begun + 5 });
    await recorder.flush();
    const { events, flaws } = decodeHistory(readFileSync(file));
    expect(events).toEqual(recorder.events);
    expect(events[1]).toMatchObject({ index: 1, node: 'a' });
    expect((events[1] as { at: number }).at / 1e6).toBeGreaterThan(0);
    // It has no end yet, and does not begin with a run: nothing else is wrong with it.
    expect(flaws.join()).not.toMatch(/hash|altered|line 1/);
  });
});
