/**
 * Recovery, z: from a fault's being effective to the first acknowledged client write after which the success
 * rate holds. Of the operations whose intended start lies within `hold` of that acknowledgement, at least
 * `success` were acknowledged; in doubt counts against. Only groups that follow the primary count. The end of
 * the load, the next fault or a planned change cut that window short: it is judged on what it has.
 *
 *     effective ──x──x──ok··x··x──────────ok·ok·ok·ok·ok·ok
 *         |                               |<---- hold ---->|
 *         |<------------- z ------------->|
 */
import type { Drill } from '../drill/schema.js';
import type { Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import { isWrite, type Operation } from '../history/operations.js';
import { followingOperations } from './client-operations.js';
import { type FaultRecord, faultsOf, plannedChanges, TOGETHER } from './faults.js';
import { isWhole } from './finding.js';

export interface Recovery {
  took: Nanoseconds;
  /** The write whose acknowledgement ends the outage. */
  write: Operation;
}

/** What happens to the service at these instants is not the fault's doing any more. */
function boundaries(history: History): Nanoseconds[] {
  const instants = faultsOf(history).map((fault) =>
    Math.min(fault.event.time, fault.effective ?? fault.event.time),
  );
  return [...instants, ...plannedChanges(history)].sort((one, other) => one - other);
}

/** Decides recoveries of one history: how many operations were intended, and acknowledged, by each instant. */
export class Recoveries {
  readonly #writes: Operation[];
  readonly #intended: number[];
  readonly #acknowledged: number[] = [0];
  readonly #boundaries: Nanoseconds[];
  readonly #drill: Drill;

  constructor(history: History, drill: Drill) {
    this.#drill = drill;
    const operations = followingOperations(history, drill)
      // At the cut end of a history, operations in flight have no completion that could be judged.
      .filter((operation) => operation.complete !== undefined || isWhole(history))
      .sort((one, other) => one.intended - other.intended);
    this.#intended = operations.map(({ intended }) => intended);
    for (const { type } of operations)
      this.#acknowledged.push(this.#acknowledged.at(-1)! + (type === 'ok' ? 1 : 0));
    this.#writes = operations
      .filter((operation) => operation.type === 'ok' && isWrite(operation))
      .sort((one, other) => one.end - other.end);
    this.#boundaries = boundaries(history);
  }

  /** Whether clients asked anything of the service after an instant. */
  askedAfter(at: Nanoseconds): boolean {
    return (this.#intended.at(-1) ?? -1) >= at;
  }

  /** The recovery from a fault; undefined where there was none. */
  after(fault: FaultRecord): Recovery | undefined {
    const { effective } = fault;
    if (effective === undefined) return undefined;
    const first = lowerBound(this.#writes.length, (at) => this.#writes[at]!.end >= effective);
    for (let at = first; at < this.#writes.length; at += 1) {
      const write = this.#writes[at]!;
      if (this.#holdsFrom(write.end, effective)) return { took: write.end - effective, write };
    }
    return undefined;
  }

  #holdsFrom(from: Nanoseconds, effective: Nanoseconds): boolean {
    const { success, hold } = this.#drill.recovery;
    const boundary =
      this.#boundaries.find((at) => at > from && at > effective + TOGETHER) ?? Number.POSITIVE_INFINITY;
    const to = Math.min(from + hold * 1e6, boundary);
    const begin = lowerBound(this.#intended.length, (at) => this.#intended[at]! >= from);
    const end = lowerBound(this.#intended.length, (at) => this.#intended[at]! >= to);
    const asked = end - begin;
    const acknowledged = this.#acknowledged[end]! - this.#acknowledged[begin]!;
    return asked > 0 && acknowledged >= success * asked;
  }
}

/** The first place in 0..length from which `reached` is true. */
export function lowerBound(length: number, reached: (at: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
