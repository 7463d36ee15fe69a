/**
 * Keys that are both written and appended to, or whose elements repeat: a problem for the general search.
 *
 * The states are the nodes of the tree of what reads returned, and one more, "lost", for every sequence that no
 * read ever saw: those can only differ by what nobody can tell. An element that has one writer and was read can
 * only be appended where the reads show it, so the search has next to nothing to choose.
 */
import { APPEND, type OperationTable, READ } from '../formats/operation-table.js';
import { type Budget, type KeyResult, SEARCH } from './result.js';
import { IMPOSSIBLE, judgeSearch, type SearchProblem } from './search.js';
import { isUnreadable, type Sequences } from './sequences.js';

const EMPTY = 0;

export function judgeSequenceSearch(table: OperationTable, sequences: Sequences, budget: Budget): KeyResult {
  const { rows, writers } = sequences;
  const count = rows.length;
  const tree = new Map<number, number>();
  const child = (node: number, element: number) => tree.get(node * writers.length + element);
  const result = new Int32Array(count);
  const strict = new Uint8Array(writers.length);
  let nodes = 1;
  for (const [at, row] of rows.entries()) {
    if (table.f[row] !== READ) {
      result[at] = sequences.element(row);
      continue;
    }
    const elements = sequences.read(row);
    if (isUnreadable(elements)) {
      return {
        verdict: 'illegal',
        algorithm: SEARCH,
        operations: [row],
        reason: elements.reason,
        complete: true,
      };
    }
    let node = EMPTY;
    for (const element of elements) {
      strict[element] = writers[element]!.length === 1 ? 1 : 2;
      let next = child(node, element);
      if (next === undefined) {
        next = nodes++;
        tree.set(node * writers.length + element, next);
      }
      node = next;
    }
    result[at] = node;
  }
  const lost = nodes;
  const append = (state: number, element: number): number => {
    if (element < 0) return state;
    const next = state === lost ? undefined : child(state, element);
    return next ?? (strict[element] === 1 ? IMPOSSIBLE : lost);
  };
  const step = (state: number, at: number): number => {
    const kind = table.f[rows[at]!];
    if (kind === READ) return state === result[at] ? state : IMPOSSIBLE;
    if (kind === APPEND) return append(state, result[at]!);
    return append(EMPTY, result[at]!);
  };
  // A write of nothing changes the state back to a node that reads saw: it must not be hurried.
  const hurried = (row: number, at: number) =>
    table.f[row] === READ || (result[at]! < 0 ? table.f[row] === APPEND : strict[result[at]!] === 0);
  const problem: SearchProblem = {
    count,
    start: Int32Array.from(rows, (row) => table.start[row]!),
    end: Int32Array.from(rows, (row) => table.end[row]!),
    initial: EMPTY,
    step,
    passive: Uint8Array.from(rows, (row, at) => (hurried(row, at) ? 1 : 0)),
  };
  const found = judgeSearch(problem, budget);
  return { ...found, operations: found.operations.map((at) => rows[at]!) };
}
