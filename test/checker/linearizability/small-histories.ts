/** Small random histories: made by a real object, or nearly, so that about half of them are linearizable. */
import type { Value } from '../../../src/history/event.js';
import { FAIL, INFO, OK, type OperationTable } from '../../../src/history/formats/operation-table.js';
import { TableBuilder } from '../../../src/history/formats/table-builder.js';
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
        process,
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
    if (call.completion?.type === 'info' && random.next() < 0.3) return;
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

const TYPES = { ok: OK, fail: FAIL, info: INFO } as const;

/** The table that the checkers read. A process that left something open gets a new number, as Jepsen does it. */
export function tableOf(events: readonly SmallEvent[]): OperationTable {
  const builder = new TableBuilder();
  const open = new Set<number>();
  const alias = new Map<number, number>();
  let fresh = 1000;
  for (const [place, event] of events.entries()) {
    if (event.type === 'invoke' && open.has(event.process)) alias.set(event.process, fresh++);
    const process = alias.get(event.process) ?? event.process;
    const f = builder.functionOf(event.f);
    const time = event.time ?? Number.NaN;
    if (event.type === 'invoke') {
      open.add(event.process);
      builder.invoke(place, time, process, f, builder.keyOf(event.key), event.value);
    } else {
      open.delete(event.process);
      builder.complete(place, time, process, TYPES[event.type], f, event.value);
    }
  }
  return builder.build();
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
