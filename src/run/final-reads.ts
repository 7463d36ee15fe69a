/**
 * The final reads: after the last fault was healed and everybody has caught up, every key that was written is
 * read once from the primary, beside the links, or asked for what its workload asks in the end. What an acknowledged write left behind shows here, or it is lost. They
 * have a time of their own: what is not read by its end is no evidence, and the drill is over.
 */
import { within } from '../clock.js';
import { messageOf } from '../errors.js';
import { isAnswered } from '../history/operation-type.js';
import { isWrite } from '../history/operations.js';
import type { Operation, Outcome } from '../system/system.js';
import { read, type Workload } from '../workload/workload.js';
import type { Scene } from './scene.js';

const AT_ONCE = 16;
/** How often a key is asked for before its evidence is given up; every ask is an operation of its own. */
const ATTEMPTS = 3;
const TIMEOUT = 2000;
/** How long all of them may take, ms. */
const PATIENCE = 60_000;

/** Reads a key once. */
const once: NonNullable<Workload['final']> = (key, answer) => (answer === undefined ? read(key) : undefined);

export async function finalReads(scene: Scene, final = once): Promise<void> {
  const { recorder, present, places, system, clock, signal } = scene;
  const primary = present.primary();
  if (!primary) {
    recorder.record({ type: 'problem', message: 'there is no primary to make the final reads from' });
    return;
  }
  const connection = system.connect(places.observe(primary.node), scene.drill);
  const keys = writtenKeys(scene);
  const all = keys.length;
  const end = clock.now() + PATIENCE;
  const left = () => end - clock.now();
  const readAll = async (own: number) => {
    let current = own;
    while (keys.length > 0 && left() > 0) {
      const key = keys.pop()!;
      let operation = final(key, undefined);
      for (let attempt = 0; operation && attempt < ATTEMPTS && left() > 0; attempt++) {
        signal.throwIfAborted();
        const outcome = await ask(operation, current);
        if (outcome.type === 'ok') {
          operation = final(key, outcome.value);
          attempt = -1;
        } else if (outcome.type === 'info') current = scene.processes.take();
      }
      // A key that is not read is told by what judges reads; of what a workload asks by itself, nobody else knows.
      if (operation && final !== once && left() > 0) {
        const message = `what is left of ${key} in the end is not known: ${ATTEMPTS} times in a row no answer`;
        recorder.record({ type: 'problem', message });
      }
    }
  };
  const ask = async (operation: Operation, process: number): Promise<Outcome> => {
    const { f, key, value } = operation;
    const common = { process, f, key, client: 'final', node: primary.node };
    recorder.record({ type: 'invoke', ...common, value });
    const outcome = await within(clock, Math.min(TIMEOUT, left()), 'a final read', (abort) =>
      connection.invoke(operation, abort),
    ).catch((error: unknown) => ({ type: 'info' as const, error: messageOf(error) }));
    if (outcome.type === 'ok') {
      const term = outcome.term === undefined ? {} : { term: outcome.term };
      recorder.record({ type: 'ok', ...common, value: isAnswered(f) ? outcome.value : value, ...term });
    } else recorder.record({ type: outcome.type, ...common, value, error: outcome.error });
    return outcome;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, () => readAll(scene.processes.take())));
  connection.close();
  if (left() > 0) return;
  const read = `${all - keys.length} of ${all} keys were asked for within ${PATIENCE / 1000} s`;
  recorder.record({ type: 'problem', message: `the final reads took too long: ${read}` });
}

function writtenKeys(scene: Scene): string[] {
  const keys = new Set<string>();
  for (const event of scene.recorder.events) {
    if (event.type === 'invoke' && isWrite(event) && event.key !== null) keys.add(event.key);
  }
  // Taken from the end on.
  return [...keys].reverse();
}
