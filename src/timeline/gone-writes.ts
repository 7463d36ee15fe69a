/**
 * Writes that a later term did not have: acknowledged in one term, and then a read that began afterwards and was
 * answered by the primary of a later term showed something surely older. The write is not in what survived,
 * even if the same key has been written since, so that the final read shows a newer value.
 *
 *     write 2, term 1 |--ok--|                                                  2 is gone, though 3
 *                                read |--ok--| -> 1, term 2    write 3 |--ok--|  hides that at the end
 *
 * Where answers tell no term, the place of the answering node's claim among all claims stands for it: only what a node
 * answered while it claimed to be primary counts.
 */
import type { Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import { type Operation, operationsOf } from '../history/operations.js';
import { claimsOf } from './claims.js';
import { type KeyOperations, valueName } from './registers.js';
import { lowerBound } from './service-record.js';

/** The term in which an operation was answered; undefined where nobody can tell. */
export type TermOf = (operation: Operation) => number | undefined;

/** Terms as the answers tell them; in a run in which none does, as the claims of the nodes give them. */
export function termsOf(history: History): TermOf {
  if (operationsOf(history).operations.some(({ term }) => term !== undefined)) return ({ term }) => term;
  const claims = claimsOf(history).filter(({ isResumed }) => !isResumed);
  return ({ node, start, end }) => {
    const place = claims.findIndex((claim) => claim.node === node && claim.from <= start && end <= claim.to);
    return place < 0 ? undefined : place;
  };
}

/** For each read of a term: the read among it and the later ones that shows the oldest value. */
interface TermReads {
  term: number;
  reads: Operation[];
  oldest: { read: Operation; until: Nanoseconds }[];
}

/** Finds, for one register, the read that shows a write to be gone. */
export class GoneWrites {
  readonly #terms: TermReads[];

  readonly #termOf: TermOf;

  constructor({ reads, writers }: KeyOperations, termOf: TermOf) {
    this.#termOf = termOf;
    const lastEnd = new Map<string, Nanoseconds>([[valueName(null), Number.NEGATIVE_INFINITY]]);
    for (const [name, own] of writers) {
      lastEnd.set(
        name,
        own.reduce((end, write) => Math.max(end, write.end), 0),
      );
    }
    const byTerm = new Map<number, Operation[]>();
    for (const read of reads) {
      const term = termOf(read);
      if (term === undefined || !lastEnd.has(valueName(read.value))) continue;
      const own = byTerm.get(term);
      if (own) own.push(read);
      else byTerm.set(term, [read]);
    }
    this.#terms = [...byTerm].map(([term, own]) => {
      own.sort((one, other) => one.start - other.start);
      const oldest: TermReads['oldest'] = new Array(own.length);
      for (let at = own.length - 1; at >= 0; at -= 1) {
        const here = { read: own[at]!, until: lastEnd.get(valueName(own[at]!.value))! };
        const next = oldest[at + 1];
        oldest[at] = next !== undefined && next.until < here.until ? next : here;
      }
      return { term, reads: own, oldest };
    });
  }

  /** A read of a later term that shows the write to be gone; undefined where none does. */
  shownBy(write: Operation): Operation | undefined {
    const own = this.#termOf(write);
    if (own === undefined) return undefined;
    for (const { term, reads, oldest } of this.#terms) {
      if (term <= own) continue;
      const after = oldest[lowerBound(reads.length, (at) => reads[at]!.start > write.end)];
      if (after !== undefined && after.until < write.start) return after.read;
    }
    return undefined;
  }
}
