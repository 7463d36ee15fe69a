/** What each model means, decided by trying everything: short, and independent of the models under test. */
import type { Value } from '../../../src/history/event.js';
import {
  bruteForce,
  operationsOf,
  type SmallEvent,
  type SmallOperation,
  type Step,
} from '../linearizability/brute-force.js';

const same = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right);

export const setStep: Step = (state, { f, value }) => {
  const list = state as Value[];
  if (f === 'add') return list.includes(value) ? list : [...list, value].sort();
  return same([...((value ?? []) as Value[])].sort(), list) ? list : undefined;
};

export const counterStep: Step = (state, { f, value }) => {
  if (f === 'add') return Number(state) + Number(value);
  return (value ?? 0) === state ? state : undefined;
};

export const accountsStep: Step = (state, { f, value }) => {
  const [a = 0, b = 0, c = 0] = (state ?? []) as number[];
  if (f === 'read') return same(value ?? [0, 0, 0], [a, b, c]) ? state : undefined;
  const [from, to, amount] = value as [number, number, number];
  return [a, b, c].map((held, at) => held + (at === to ? amount : 0) - (at === from ? amount : 0));
};

export const fifoStep: Step = (state, { f, value, type }) => {
  const list = state as Value[];
  if (f === 'enqueue') return [...list, value];
  if (type === 'info') return list.slice(1);
  if (value === null) return list.length === 0 ? list : undefined;
  return list[0] === value ? list.slice(1) : undefined;
};

export const termStep: Step = (state, { value }) => {
  if (value === null) return state;
  const [term, primary] = value as [number, string];
  const [held, holder] = (state ?? [-1, '']) as [number, string];
  return term > held || (term === held && primary === holder) ? value : undefined;
};

/**
 * A bag: a dequeue in doubt takes any one element, or none, a drain in doubt any of them; a drain that began when
 * all that was acknowledged had gone in must leave nothing.
 */
export function bruteQueue(events: readonly SmallEvent[]): boolean {
  const all = operationsOf(events);
  const doubtful = all.filter(({ f, type }) => f !== 'enqueue' && type === 'info');
  const elements = [...new Set(all.filter(({ f }) => f === 'enqueue').map(({ value }) => value))];
  const step: Step = (state, { f, value, type, start }) => {
    const list = state as Value[];
    if (f === 'enqueue') return [...list, value];
    const taken = f === 'drain' ? (value as Value[]) : value === null ? [] : [value];
    const left = [...list];
    for (const each of taken) {
      if (!left.includes(each)) return undefined;
      left.splice(left.indexOf(each), 1);
    }
    const last =
      f === 'drain' &&
      type === 'ok' &&
      all.every((other) => other.f !== 'enqueue' || other.type !== 'ok' || other.end < start);
    return last && left.length > 0 ? undefined : left;
  };
  const assign = (at: number, given: readonly SmallEvent[]): boolean => {
    if (at === doubtful.length) return bruteForce(given, [], step);
    const { f } = doubtful[at]!;
    return (f === 'drain' ? someOf(elements) : [null, ...elements]).some((element) =>
      assign(
        at + 1,
        given.map((event, index) => (index === doubtful[at]!.start ? { ...event, value: element } : event)),
      ),
    );
  };
  return assign(0, events);
}

/** Every choice among some values, with up to two of each. */
function someOf(values: readonly Value[]): Value[][] {
  return values.reduce<Value[][]>(
    (lists, value) => lists.flatMap((list) => [list, [...list, value], [...list, value, value]]),
    [[]],
  );
}

/** Every interleaving of the processes; what is in doubt comes after what came before it, or never. */
export function bruteSequential(events: readonly SmallEvent[], initial: Value, step: Step): boolean {
  const all = operationsOf(events).filter(
    ({ f, type }) => (type !== 'fail' || f === 'cas') && !(type === 'info' && f === 'read'),
  );
  const follow = (rest: readonly SmallOperation[], states: ReadonlyMap<string | null, Value>): boolean => {
    if (rest.every(({ type }) => type === 'info')) return true;
    return rest.some((operation) => {
      const earlier = (other: SmallOperation) =>
        other.process === operation.process && other.start < operation.start && other.type !== 'info';
      if (rest.some(earlier)) return false;
      const next = step(states.get(operation.key) ?? initial, operation);
      if (next === undefined) return false;
      return follow(
        rest.filter((other) => other !== operation),
        new Map(states).set(operation.key, next),
      );
    });
  };
  return follow(all, new Map());
}

/** Every order of the versions that real time allows, against what the sessions saw. */
export function bruteSessions(
  events: readonly SmallEvent[],
  holds: (session: readonly SmallOperation[], place: (value: Value) => number) => boolean,
): boolean {
  const all = operationsOf(events).filter(
    ({ type, f }) => type === 'ok' || (type === 'info' && f === 'write'),
  );
  const writes = all.filter(({ f }) => f === 'write');
  const reads = all.filter(({ f }) => f === 'read');
  const processes = [...new Set(all.map(({ process }) => process))];
  const sessions = processes.map((process) =>
    all.filter((each) => each.process === process && each.type === 'ok'),
  );
  for (const { value, end } of reads) {
    const write = writes.find((each) => each.value === value);
    if (value !== null && (write === undefined || write.start > end)) return false;
  }
  const extend = (order: readonly SmallOperation[], rest: readonly SmallOperation[]): boolean => {
    if (rest.length === 0) {
      const place = (value: Value) => order.findIndex((write) => write.value === value);
      return sessions.every((session) => holds(session, place));
    }
    return rest.some((write) => {
      if (rest.some((other) => other.end < write.start)) return false;
      return extend(
        [...order, write],
        rest.filter((other) => other !== write),
      );
    });
  };
  return extend([], writes);
}

export function readsGoOn(session: readonly SmallOperation[], place: (value: Value) => number): boolean {
  const seen = session.filter(({ f }) => f === 'read').map(({ value }) => place(value));
  return seen.every((version, at) => at === 0 || version >= seen[at - 1]!);
}

export function ownWritesAreSeen(
  session: readonly SmallOperation[],
  place: (value: Value) => number,
): boolean {
  return session.every(
    (read, at) =>
      read.f !== 'read' ||
      session.slice(0, at).every(({ f, value }) => f !== 'write' || place(read.value) >= place(value)),
  );
}

/** How many reads are stale, and the longest time in places of the history. */
export function bruteStale(events: readonly SmallEvent[]): { stale: number; most: number } {
  const all = operationsOf(events);
  const found = { stale: 0, most: 0 };
  for (const read of all) {
    if (read.f !== 'read' || read.type !== 'ok') continue;
    const holders = all.filter(
      (each) =>
        each.type !== 'fail' && each.value === read.value && (each.f === 'write' || each.type === 'ok'),
    );
    const since = read.value === null ? -1 : Math.min(...holders.map(({ end }) => end));
    const over = all.filter(
      ({ f, type, start, end }) => f === 'write' && type === 'ok' && start > since && end < read.start,
    );
    if (over.length === 0) continue;
    found.stale++;
    found.most = Math.max(found.most, read.start - Math.min(...over.map(({ end }) => end)));
  }
  return found;
}
