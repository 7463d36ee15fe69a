/** The operations of a run for drawing: all of them counted in buckets, and as many as can be told apart as points. */
import type { Nanoseconds } from '../../history/event.js';
import type { History } from '../../history/history.js';
import { operationsOf } from '../../history/operations.js';
import { byGroup, type Request, requestsOf } from '../../timeline/client-operations.js';
import { faultsOf } from '../../timeline/faults.js';
import { toMs } from '../../timeline/milliseconds.js';
import { lastInstant, type Span } from '../../timeline/phases.js';
import type { Buckets, Group, PageModel, Points } from './page-model.js';

/** More points are no better seen, and make the file large. */
const MOST_POINTS = 40_000;
const BUCKETS = 240;
/** Around a fault's beginning and end, and around evidence, every operation is worth a point. */
const AROUND: Nanoseconds = 1e9;

/** Names by their first use, so that each is told once. */
class Names {
  readonly #places = new Map<string, number>();

  /** -1 for none. */
  place(name: string | null | undefined): number {
    if (name === null || name === undefined) return -1;
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    this.#places.set(name, this.#places.size);
    return this.#places.size - 1;
  }

  list(): string[] {
    return [...this.#places.keys()];
  }
}

export function groupsOf(
  history: History,
  evidence: ReadonlySet<number>,
): Pick<PageModel, 'groups' | 'names'> {
  const names = { f: new Names(), node: new Names(), key: new Names(), error: new Names() };
  const { operations } = operationsOf(history);
  const near = spansAround(history, evidence);
  const groups = [...byGroup(operations)].map(([name, own]): Group => {
    const most = Math.ceil((MOST_POINTS * own.length) / operations.length);
    const requests = requestsOf(history, own).sort((one, other) => one.intended - other.intended);
    const points = pointsOf(chosen(requests, most, near, evidence), names);
    return { name, total: own.length, points, buckets: bucketsOf(requests, lastInstant(history)) };
  });
  const { f, node, key, error } = names;
  return { groups, names: { f: f.list(), node: node.list(), key: key.list(), error: error.list() } };
}

function spansAround(history: History, evidence: ReadonlySet<number>): Span[] {
  const faults = faultsOf(history).flatMap(({ event, effective, over }) => [event.time, effective, over]);
  const shown = [...evidence].map((index) => history.events[index]?.time);
  const instants = [...faults, ...shown].filter((at) => at !== undefined);
  return instants.map((at) => ({ from: at - AROUND, to: at + 2 * AROUND }));
}

/** All of them where they are few; else evidence and what did not succeed first, then what is near, then the rest. */
function chosen(
  requests: readonly Request[],
  most: number,
  near: readonly Span[],
  evidence: ReadonlySet<number>,
): Request[] {
  if (requests.length <= most) return [...requests];
  const ranks: Request[][] = [[], [], [], []];
  for (const request of requests) {
    const { invoke, complete, type } = request.operation;
    const isShown = evidence.has(invoke) || (complete !== undefined && evidence.has(complete));
    const isNear = near.some(({ from, to }) => request.intended >= from && request.intended <= to);
    ranks[isShown ? 0 : type !== 'ok' ? 1 : isNear ? 2 : 3]!.push(request);
  }
  const kept: Request[] = [];
  ranks.forEach((rank, place) => {
    const room = most - kept.length;
    // A little is left for those that come last, so that no stretch looks empty.
    kept.push(...thinned(rank, place === 0 ? rank.length : place === 3 ? room : Math.floor(room * 0.7)));
  });
  return kept.sort((one, other) => one.intended - other.intended);
}

/** At most so many of them, evenly. */
export function thinned<Each>(all: readonly Each[], most: number): Each[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: Math.max(0, most) }, (_, at) => all[Math.floor((at * all.length) / most)]!);
}

/** Whole microseconds since the one before. */
export function deltas(times: readonly Nanoseconds[]): number[] {
  let before = 0;
  return times.map((time) => {
    const at = Math.round(time / 1e3);
    const delta = at - before;
    before = at;
    return delta;
  });
}

function pointsOf(requests: readonly Request[], names: Record<keyof PageModel['names'], Names>): Points {
  let invoked = 0;
  return {
    begin: deltas(requests.map(({ intended }) => intended)),
    took: requests.map(({ intended, end }) =>
      Number.isFinite(end) ? Math.max(0, Math.round((end - intended) / 1e3)) : -1,
    ),
    type: requests.map(({ operation }) => operation.type[0]).join(''),
    f: requests.map(({ operation }) => names.f.place(operation.f)),
    node: requests.map(({ operation }) => names.node.place(operation.node)),
    key: requests.map(({ operation }) => names.key.place(operation.key)),
    error: requests.map(({ operation }) => names.error.place(operation.error)),
    invoke: requests.map(({ operation }) => {
      const delta = operation.invoke - invoked;
      invoked = operation.invoke;
      return delta;
    }),
  };
}

function bucketsOf(requests: readonly Request[], end: Nanoseconds): Buckets {
  const length = Math.max(1, end) / BUCKETS;
  const none = () => new Array<number>(BUCKETS).fill(0);
  const counts = { ok: none(), fail: none(), info: none() };
  const latencies = Array.from({ length: BUCKETS }, (): number[] => []);
  for (const { operation, intended, end: ended } of requests) {
    const at = Math.max(0, Math.min(BUCKETS - 1, Math.floor(intended / length)));
    counts[operation.type][at]! += 1;
    if (operation.type === 'ok') latencies[at]!.push(ended - intended);
  }
  for (const own of latencies) own.sort((one, other) => one - other);
  const quantile = (share: number) =>
    latencies.map((own) =>
      own.length === 0 ? null : toMs(own[Math.max(0, Math.ceil(share * own.length) - 1)]!),
    );
  return { ...counts, p50: quantile(0.5), p99: quantile(0.99), max: quantile(1) };
}
