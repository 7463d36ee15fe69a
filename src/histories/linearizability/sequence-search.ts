/**
 * Keys that are both written and appended to, or whose elements repeat: a problem for the general search.
 *
 * The states are the nodes of the tree of what reads returned, and one more, "lost", for every sequence that no
 * read ever saw: those can only differ by what nobody can tell. An element that has one writer and was read can
 * only be appended where the reads show it, so the search has next to nothing to choose.
 */
import { APPEND, type OperationTable, READ } from '../formats/operation-table.js';
import { type Budget, contradicts, type KeyResult, SEARCH } from './result.js';
import { IMPOSSIBLE, searchTable } from './search.js';
import { isUnreadable, type Sequences } from './sequences.js';

const EMPTY = 0;

export function judgeSequenceSearch(table: OperationTable, sequences: Sequences, budget: Budget): KeyResult {
  const { rows, writers } = sequences;
  const tree = new Map<number, number>();
  const child = (node: number, element: number) => tree.get(node * writers.length + element);
  const result = new Int32Array(rows.length);
  const strict = new Uint8Array(writers.length);
  let nodes = 1;
  for (const [at, row] of rows.entries()) {
    if (table.f[row] !== READ) {
      result[at] = sequences.element(row);
      continue;
    }
    const elements = sequences.read(row);
    if (isUnreadable(elements)) return contradicts(SEARCH, [row], elements.reason);
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
  const isPassive = (row: number, at: number) =>
    table.f[row] === READ || (result[at]! < 0 ? table.f[row] === APPEND : strict[result[at]!] === 0);
  return searchTable(table, rows, { initial: EMPTY, step, isPassive }, budget);
}
