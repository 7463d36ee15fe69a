/**
 * A stand for the observer: nodes that tell their role and nothing else, under virtual time, and the history of what
 * the real prober and observer see of them, for the real checkers.
 *
 *     const stand = await observerStand({ expect: { double_primaries: 0 } });
 *     await stand.pass(1000);
 *     stand.says.b = 'primary';
 *     await stand.pass(500);
 *     judge(await stand.history());
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import type { DrillFile } from '../../src/drill/schema.js';
import { decodeHistory } from '../../src/history/codec.js';
import type { History } from '../../src/history/history.js';
import { Observer } from '../../src/run/observer.js';
import { Present } from '../../src/run/present.js';
import { Prober } from '../../src/run/prober.js';
import { Recorder } from '../../src/run/recorder.js';
import type { RoleAnswer, System, TellsRole } from '../../src/system/system.js';
import { Building } from '../checker/build.js';

/** How long a question is under way, and its answer, ms. */
const UNDER_WAY = 2;

/** What a node answers to whoever asks; `silent` gives no answer in any time. */
export type Word = RoleAnswer['role'] | 'silent';

export interface ObserverStand {
  present: Present;
  observer: Observer;
  /** What each node says of itself, from now on. */
  says: Record<'a' | 'b' | 'c', Word>;
  /** Lets milliseconds go by. */
  pass(ms: number): Promise<void>;
  kill(node: 'a' | 'b' | 'c'): void;
  /** Starts a node that says this from the first. */
  start(node: 'a' | 'b' | 'c', word: Word): void;
  /** What is on record by now, as a killed runner would leave it. */
  soFar(): Promise<History>;
  /** The whole history of a run that ends now. */
  history(): Promise<History>;
}

/** Nodes a, b and c that were started and have answered: a is primary. The steps of the drill have begun. */
export async function observerStand(drill: Partial<DrillFile>): Promise<ObserverStand> {
  const clock = new VirtualClock();
  const folder = mkdtempSync(join(tmpdir(), 'drill-observer-'));
  const file = join(folder, 'history.jsonl');
  const recorder = await Recorder.open({ clock, file, onFailure: (error) => expect.fail(error.message) });
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= recorder.close();
    return closed;
  };
  onTestFinished(async () => {
    await close();
    rmSync(folder, { recursive: true });
  });
  const says: ObserverStand['says'] = { a: 'primary', b: 'standby', c: 'standby' };
  const building = new Building(drill);
  // The first line, and the last ones, of whatever history the checkers' own tests build.
  const frame = building.events().map(({ index: _index, time: _time, ...body }) => body);
  const system = rolesOf(clock, (node) => says[node as 'a']);
  const { nodes } = building.drill().topology;
  const present = new Present({ clock, nodes, supervisors: ['s1'], groups: ['app'] });
  const residentOf = () => system;
  const observer = new Observer({ clock, residentOf, recorder, present, decides: () => true });
  const observe = (node: string) => ({ host: node, port: 1 });
  const prober = new Prober({ clock, residentOf, present, observer, observe });
  const stand: ObserverStand = {
    present,
    observer,
    says,
    async pass(ms) {
      for (let left = ms; left > 0; left--) {
        clock.advance(1);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    kill: (node) => observer.onExit(node, 'SIGKILL', clock.now()),
    start(node, word) {
      says[node] = word;
      observer.onStart(node);
    },
    async soFar() {
      await recorder.flush();
      return decodeHistory(readFileSync(file));
    },
    async history() {
      recorder.record({ type: 'phase', phase: 'down' });
      prober.stop();
      for (const body of frame.slice(1)) recorder.record(body);
      await close();
      return decodeHistory(readFileSync(file));
    },
  };
  recorder.record(frame[0]!);
  for (const node of ['a', 'b', 'c', 's1']) observer.onStart(node);
  prober.start();
  await stand.pass(100);
  recorder.record({ type: 'phase', phase: 'steps' });
  return stand;
}

/** A system that tells a role: the one that the node has when the question gets there. */
function rolesOf(clock: VirtualClock, wordOf: (node: string) => Word): System & TellsRole {
  return {
    name: 'roles',
    operations: [],
    program: () => ({ command: [] }),
    connect: () => expect.fail('nobody writes here'),
    role: ({ host }) =>
      new Promise((resolve) => {
        clock.timer(UNDER_WAY, () => {
          const role = wordOf(host);
          if (role !== 'silent') clock.timer(UNDER_WAY, () => resolve({ role }));
        });
      }),
  };
}
