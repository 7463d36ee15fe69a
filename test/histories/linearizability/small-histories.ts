/** Small random histories: made by a real object, or nearly, so that about half of them are linearizable. */

import { tableFromEvents } from '../../../src/histories/formats/from-events.js';
import type { OperationTable } from '../../../src/histories/formats/operation-table.js';
import type { Value } from '../../../src/history/event.js';
import { integer, pick, type Random } from '../../../src/random.js';
import { operationsOf, type SmallEvent, type Step } from './brute-force.js';

export interface Shape {
  operations: number;
  processes: number;
  keys: number;
  /** The functions to draw from. */
  functions: readonly string[];
  initial: Value;
  step: Step;
  /** An argument for a call; `sequence` counts calls, for values that do not repeat. */
  argument(random: Random, f: string, sequence: number): Value;
  /** What a call that returns something does, for objects that have more than reads. */
  perform?(state: Value, f: string, value: Value): { state: Value; value: Value };
  /** How often an operation is left in doubt. */
  inDoubt: number;
  /** How often a read returns something else than what was there. */
  lies: number;
}

/** A history of an object that works in one instant between invocation and completion, but for the lies. */
export function smallHistory(random: Random, shape: Shape): SmallEvent[] {
  const events: SmallEvent[] = [];
  const states = new Map<string, Value>();
  const seen: Value[] = [shape.initial];
  const pending = new Map<number, { event: SmallEvent; done: boolean; completion: SmallEvent | undefined }>();
  // A process that left something open goes on under another number, as Jepsen has it.
  const names = Array.from({ length: shape.processes }, (_, process) => process);
  let fresh = 100;
  let invoked = 0;
  while (invoked < shape.operations || pending.size > 0) {
    const process = integer(random, 0, shape.processes - 1);
    const call = pending.get(process);
    if (call === undefined) {
      if (invoked >= shape.operations) {
        if (random.next() < 0.5) continue;
        const waiting = [...pending.keys()][0]!;
        advance(waiting);
        continue;
      }
      const f = pick(random, shape.functions);
      const value = f === 'read' ? null : shape.argument(random, f, invoked);
      invoked++;
      const event: SmallEvent = {
        process: names[process]!,
        type: 'invoke',
        f,
        key: `k${integer(random, 0, shape.keys - 1)}`,
        value,
      };
      events.push(event);
      pending.set(process, { event, done: false, completion: undefined });
    } else advance(process);
  }
  return events;

  function advance(process: number): void {
    const call = pending.get(process)!;
    const { event } = call;
    if (!call.done) {
      call.done = true;
      call.completion = takeEffect(event);
      return;
    }
    pending.delete(process);
    if (call.completion?.type === 'info' && random.next() < 0.3) {
      names[process] = fresh++;
      return;
    }
    if (call.completion) events.push(call.completion);
  }

  function takeEffect(event: SmallEvent): SmallEvent {
    const key = event.key!;
    const state = states.get(key) ?? shape.initial;
    const doubtful = random.next() < shape.inDoubt;
    if (event.f === 'read') {
      const value = random.next() < shape.lies ? pick(random, seen) : state;
      return doubtful ? { ...event, type: 'info' } : { ...event, type: 'ok', value };
    }
    if (shape.perform) {
      const done = doubtful && random.next() < 0.5 ? undefined : shape.perform(state, event.f, event.value);
      if (done) states.set(key, done.state);
      if (done && done.value !== null) seen.push(done.value);
      const lied = random.next() < shape.lies && event.value === null ? pick(random, seen) : done?.value;
      return doubtful ? { ...event, type: 'info' } : { ...event, type: 'ok', value: lied ?? null };
    }
    if (doubtful && random.next() < 0.5) return { ...event, type: 'info' };
    if (!doubtful && event.f !== 'cas' && random.next() < 0.05) return { ...event, type: 'fail' };
    const call = { ...operationsOf([event])[0]!, type: 'ok' as const };
    const next = shape.step(state, call);
    if (next === undefined) return { ...event, type: doubtful ? 'info' : 'fail' };
    states.set(key, next);
    seen.push(next);
    return { ...event, type: doubtful ? 'info' : random.next() < shape.lies / 4 ? 'fail' : 'ok' };
  }
}

/**
 * The history with compare-and-sets that failed for a reason of their own, though the value may have been the
 * expected one: half of those that failed, and further ones.
 */
export function withUnavailable(random: Random, events: readonly SmallEvent[], f = 'cas'): SmallEvent[] {
  const copy = events.map((event) =>
    event.f === f && event.type === 'fail' && random.next() < 0.5
      ? { ...event, error: 'unavailable' }
      : { ...event },
  );
  for (let process = 800; process < 802; process++) {
    const value = [integer(random, 1, 2), integer(random, 1, 2)];
    const call = { process, f, key: 'k0', value };
    const end = integer(random, 0, copy.length);
    copy.splice(end, 0, { ...call, type: 'fail', error: 'unavailable' });
    copy.splice(integer(random, 0, end), 0, { ...call, type: 'invoke' });
  }
  return copy;
}

/** The table that the checkers read. */
export function tableOf(events: readonly SmallEvent[]): OperationTable {
  return tableFromEvents(events);
}

/** The history with one operation changed: its value, its place in time, or how it ended. */
export function mutate(random: Random, events: readonly SmallEvent[]): SmallEvent[] {
  const copy = events.map((event) => ({ ...event }));
  const operation = pick(random, operationsOf(copy));
  const start = copy[operation.start]!;
  const completion = Number.isFinite(operation.end) ? copy[operation.end]! : undefined;
  const kind = integer(random, 0, 2);
  if (kind === 0) {
    const other = pick(
      random,
      copy.filter((event) => event.f === operation.f && event.type !== 'invoke'),
    );
    const value = (other ?? start).value;
    if (operation.f !== 'read') start.value = value;
    if (completion) completion.value = value;
  } else if (kind === 1 && completion) {
    // The operation as a whole moves to another time, where its process has nothing else to do.
    const rest = copy.filter((event) => event !== start && event !== completion);
    const to = integer(random, 0, rest.length);
    rest.splice(to, 0, { ...start, process: 900 }, { ...completion, process: 900 });
    return rest;
  } else if (completion) completion.type = pick(random, ['ok', 'fail', 'info'] as const);
  return copy;
}
