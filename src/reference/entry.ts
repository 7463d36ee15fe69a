/** What logs hold, and how far one reaches. */
import type { Value } from './settings.js';

/** One write; without a key it is the no-op with which a primary begins its term. */
export interface Entry {
  readonly term: number;
  readonly key: string | null;
  readonly value: Value;
}

/** How far a log reaches, for comparing: a later last term wins, then the longer log (as in Raft). */
export interface Position {
  readonly term: number;
  readonly index: number;
}

export function isAhead(one: Position, other: Position): boolean {
  return one.term === other.term ? one.index > other.index : one.term > other.term;
}
