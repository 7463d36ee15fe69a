/** One register with reads, writes and compare-and-sets: which algorithm judges it. */
import { NONE } from '../formats/operation-table.js';
import { judgeFrontier, TOO_WIDE } from './frontier.js';
import { DIFFERS, READS, type RegisterHistory, SWAPS, WRITES } from './register-history.js';
import type { Budget, KeyResult } from './result.js';
import { IMPOSSIBLE, judgeSearch, type SearchProblem } from './search.js';

/** By the frontier, or by the general search where too much is pending at once for it. */
export function judgeRegister(history: RegisterHistory, budget: Budget): KeyResult {
  const found = judgeFrontier(history, budget);
  const tooWide = found.verdict === 'unknown' && found.reason === TOO_WIDE;
  if (!tooWide || history.initial === NONE) return found;
  const searched = judgeSearch(registerProblem(history), budget);
  return { ...searched, operations: searched.operations.map((at) => history.row[at]!) };
}

export function registerProblem(history: RegisterHistory): SearchProblem {
  const { kind, a, b } = history;
  return {
    count: history.count,
    start: history.start,
    end: history.end,
    initial: history.initial,
    passive: Uint8Array.from(kind.subarray(0, history.count), (each) =>
      each === READS || each === DIFFERS ? 1 : 0,
    ),
    step(state: number, at: number): number {
      if (kind[at] === WRITES) return a[at]!;
      if (kind[at] === DIFFERS) return state === a[at] ? IMPOSSIBLE : state;
      if (state !== a[at]) return IMPOSSIBLE;
      return kind[at] === SWAPS ? b[at]! : state;
    },
  };
}
