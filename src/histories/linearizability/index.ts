/**
 * Is a history linearizable? The face of this folder: each key is judged by the fastest algorithm that what it
 * holds allows, and the result names it.
 *
 *     reads, writes of unique values        zones, linear
 *     reads, writes, compare-and-sets       just-in-time frontier
 *     appends, writes of unique elements    order of appends, linear
 *     appends of repeated elements          general search
 *
 * Operations in doubt (`info`, or never completed) may take effect at any time after their invocation, or
 * never; failed ones did not happen, but a failed compare-and-set saw that the value was another one, unless
 * its error says that it never came to the register (formats/failure.ts).
 */
import type { Value } from '../../history/operation-type.js';
import { ListText, NONE, type OperationTable } from '../formats/operation-table.js';
import { judgeEpochs } from './epochs.js';
import {
  contents,
  HAS_APPEND,
  HAS_CAS,
  HAS_OTHER,
  HAS_READ,
  HAS_WRITE,
  rowsByKey,
  rowsOfKey,
} from './partition.js';
import { registerHistory, ValueNumbers } from './register-history.js';
import { judgeRegister } from './register-judge.js';
import {
  APPEND_ORDER,
  Budget,
  type FailingKey,
  FRONTIER,
  type KeyResult,
  type Limits,
  type LinearizabilityResult,
  legal,
  SEARCH,
  undecided,
  ZONES,
} from './result.js';
import { judgeSequenceSearch } from './sequence-search.js';
import { Sequences } from './sequences.js';
import { judgeTextSearch } from './text-search.js';
import { clustersOf, judgeZones } from './zones.js';

export { tableFromEvents } from '../formats/from-events.js';
export type { OperationTable } from '../formats/operation-table.js';
export type { FailingKey, Limits, LinearizabilityResult } from './result.js';

export interface LinearizabilityOptions extends Limits {
  /** What registers hold at first; null unless told otherwise. */
  initial?: Value;
  /** Registers may hold anything at first. */
  anyInitial?: boolean;
  /** Whether zones may be used, where they apply; to compare and to measure. */
  zones?: boolean;
  /** What the keys are; `auto`: sequences where anything is appended, else registers. */
  model?: 'auto' | 'register' | 'sequence';
}

/** Judges every key of a table. A key that is not linearizable decides, else one that is undecided. */
export function checkLinearizable(
  table: OperationTable,
  options: LinearizabilityOptions = {},
): LinearizabilityResult {
  const budget = new Budget(options);
  const has = contents(table);
  const model = options.model ?? 'auto';
  const sequences =
    model === 'sequence' || (model === 'auto' && has.some((bits) => (bits & HAS_APPEND) !== 0));
  const initial = options.anyInitial
    ? new Int32Array(has.length).fill(NONE)
    : initialValues(table, options.initial ?? null);
  const wanted = new Uint8Array(has.length);
  // Zones know of one initial value only.
  if (!sequences && !options.anyInitial && options.zones !== false) {
    for (let key = 0; key < has.length; key++)
      wanted[key] = (has[key]! & ~(HAS_READ | HAS_WRITE)) === 0 ? 1 : 0;
  }
  const clusters = clustersOf(table, wanted, initial);
  const algorithms = new Set<string>();
  const failing: FailingKey[] = judgeZones(table, clusters, wanted, initial);
  if (failing.length > 0) budget.hasten();
  const rest: number[] = [];
  for (let key = 0; key < has.length; key++) {
    if (wanted[key] === 1 && clusters.repeated[key] === 0) algorithms.add(ZONES);
    else rest.push(key);
  }
  if (rest.length > 0)
    failing.push(...judgeRest(table, rest, { has, sequences, initial }, budget, algorithms));
  const first = failing.find(({ verdict }) => verdict === 'illegal') ?? failing[0];
  const algorithm = [...algorithms].join(', ') || ZONES;
  if (first?.verdict === 'illegal') return { ...first, failing };
  return { ...(first ?? { ...legal(algorithm), key: null }), algorithm, failing };
}

/** Judges the keys that zones do not apply to, one after the other: sequences, or else registers. */
function judgeRest(
  table: OperationTable,
  keys: readonly number[],
  { has, sequences, initial }: { has: Uint8Array; sequences: boolean; initial: Int32Array },
  budget: Budget,
  algorithms: Set<string>,
): FailingKey[] {
  const parts = rowsByKey(table);
  const numbers = new ValueNumbers(table.values.length);
  const strange = sequences ? HAS_OTHER | HAS_CAS : HAS_OTHER | HAS_APPEND;
  const judgeKey = (key: number): KeyResult => {
    const rows = rowsOfKey(parts, key);
    if ((has[key]! & strange) !== 0)
      return undecided(SEARCH, 'its operations are not those of one kind of object');
    if (sequences) return judgeSequence(table, rows, budget);
    return judgeRegister(registerHistory(table, rows, initial[key]!, numbers), budget);
  };
  const failing: FailingKey[] = [];
  for (const key of keys) {
    const found = judgeKey(key);
    algorithms.add(found.algorithm);
    if (found.verdict === 'ok') continue;
    failing.push({ ...found, key });
    if (found.verdict === 'illegal') budget.hasten();
  }
  return failing;
}

function judgeSequence(table: OperationTable, rows: Int32Array, budget: Budget): KeyResult {
  const sequences = new Sequences(table, rows);
  if (!sequences.decodable) return judgeTextSearch(table, sequences, budget);
  if (sequences.unique && !sequences.emptied) return judgeEpochs(table, sequences);
  return judgeSequenceSearch(table, sequences, budget);
}

/** By key, the index of the initial value; one past all indexes where nobody wrote or read it. */
export function initialValues(table: OperationTable, initial: Value): Int32Array {
  const indexes = Int32Array.from(table.nilOf);
  if (initial === null) return indexes;
  indexes.fill(table.values.length);
  const text = JSON.stringify(initial);
  const seen = new Uint8Array(indexes.length);
  for (let row = 0; row < table.count; row++) {
    const key = table.key[row]!;
    if (seen[key] === 1) continue;
    for (const index of [table.value[row]!, table.to[row]!]) {
      if (index === NONE) continue;
      const value = table.values[index]!;
      if ((value instanceof ListText ? value.text : JSON.stringify(value)) !== text) continue;
      indexes[key] = index;
      seen[key] = 1;
    }
  }
  return indexes;
}

export { APPEND_ORDER, FRONTIER, ZONES };
