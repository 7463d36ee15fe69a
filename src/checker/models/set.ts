/**
 * A set that is added to and read as a whole, linearizable, with what is wrong counted by kind:
 *
 *     lost        acknowledged, and missing from the last read that began after that
 *     stale       acknowledged, missing from a read that began later, and there again in a later one
 *     phantom     read, but never added, or its addition failed
 *     duplicated  more than once in one read
 *     recovered   in doubt, and read: no fault
 *
 * Reads of a linearizable set form a chain, each within the next. With the additions that each step of the
 * chain shows for the first time between them they are in one order, and it is a linearization exactly when
 * nothing later in it ended before something earlier began. Linear in the length of the reads.
 */
import {
  ADD,
  FAIL,
  INFO,
  NEVER,
  OK,
  type OperationTable,
  READ,
  valueAt,
} from '../../history/formats/operation-table.js';
import { partition, rowsOfKey } from '../linearizability/partition.js';
import { type HistoryModel, illegalKey, type KeyFinding, modelResult } from './model.js';

const ALGORITHM = 'order of additions';

export const set: HistoryModel = {
  name: 'set',
  about: 'a set: a read returns all that was added (linearizable)',
  functions: ['read', 'add'],
  check(table) {
    const parts = partition(table);
    const figures: Record<string, number> = {};
    const findings: KeyFinding[] = [];
    for (let key = 0; key < table.keys.length; key++) {
      const found = judgeSet(table, rowsOfKey(parts, key));
      for (const [name, value] of Object.entries(found.figures)) {
        figures[name] = name.endsWith('_ms')
          ? Math.max(figures[name] ?? 0, value)
          : (figures[name] ?? 0) + value;
      }
      if (found.fault)
        findings.push(illegalKey(ALGORITHM, table.keys[key]!, found.fault.reason, found.fault.rows));
    }
    return modelResult(ALGORITHM, findings, figures);
  },
};

interface Element {
  name: string;
  /** Rows of additions that did not fail. */
  adds: number[];
  /** The first acknowledged addition to end; -1: none. */
  acknowledged: number;
  /** The last read, by its start, that has it; -1: none. */
  seen: number;
  /** The place in the chain of reads that shows it first; -1: none. */
  step: number;
}

interface Read {
  row: number;
  elements: Element[];
  twice: Element | undefined;
}

function judgeSet(
  table: OperationTable,
  rows: Int32Array,
): { fault: Fault | undefined; figures: Record<string, number> } {
  const elements = new Map<string, Element>();
  const element = (name: string): Element => {
    let known = elements.get(name);
    if (known === undefined) {
      known = { name, adds: [], acknowledged: -1, seen: -1, step: -1 };
      elements.set(name, known);
    }
    return known;
  };
  for (const row of rows) {
    if (table.f[row] !== ADD || table.type[row] === FAIL) continue;
    const added = element(JSON.stringify(valueAt(table, table.value[row]!)));
    added.adds.push(row);
    const first = added.acknowledged;
    if (table.type[row] === OK && (first < 0 || table.end[row]! < table.end[first]!))
      added.acknowledged = row;
  }
  const reads: Read[] = [];
  for (const row of rows)
    if (table.f[row] === READ && table.type[row] === OK) reads.push(readOf(table, row, element));
  const all = [...elements.values()];
  const { figures, first } = anomalies(table, all, reads);
  return { fault: first ?? orderOf(table, all, reads), figures };
}

function readOf(table: OperationTable, row: number, element: (name: string) => Element): Read {
  const value = valueAt(table, table.value[row]!);
  const found: Read = { row, elements: [], twice: undefined };
  const names = new Set<string>();
  for (const item of Array.isArray(value) ? value : value === null || value === undefined ? [] : [value]) {
    const name = JSON.stringify(item);
    const one = element(name);
    if (names.has(name)) found.twice ??= one;
    else found.elements.push(one);
    names.add(name);
    if (one.seen < 0 || table.start[row]! > table.start[one.seen]!) one.seen = row;
  }
  return found;
}

interface Fault {
  reason: string;
  rows: number[];
}

function anomalies(table: OperationTable, elements: readonly Element[], reads: readonly Read[]) {
  const figures = { added: 0, lost: 0, stale: 0, phantom: 0, duplicated: 0, recovered: 0, stale_max_ms: 0 };
  const faults: Fault[] = [];
  const last = reads.reduce((latest, { row }) => Math.max(latest, row), -1);
  for (const { name, adds, acknowledged, seen } of elements) {
    if (adds.length === 0) {
      figures.phantom++;
      faults.push({ reason: `${name} was read, but nobody added it`, rows: [seen] });
      continue;
    }
    if (acknowledged >= 0) figures.added++;
    else if (seen >= 0 && adds.every((row) => table.type[row] === INFO)) figures.recovered++;
    if (acknowledged < 0 || last < 0 || table.start[last]! < table.end[acknowledged]!) continue;
    if (seen < 0 || (seen !== last && table.start[seen]! < table.start[last]!)) {
      figures.lost++;
      faults.push({
        reason: `${name} was added and acknowledged, and is missing from the last read`,
        rows: [acknowledged, seen, last],
      });
    }
  }
  for (const read of reads) {
    if (!read.twice) continue;
    figures.duplicated++;
    faults.push({
      reason: `${read.twice.name} was read more than once in one read`,
      rows: [read.twice.adds[0] ?? -1, read.row],
    });
  }
  countStale(table, elements, reads, figures);
  return { figures, first: faults[0] };
}

/** Elements missing from a read that began after they were acknowledged, but there later. */
function countStale(
  table: OperationTable,
  elements: readonly Element[],
  reads: readonly Read[],
  figures: { stale: number; stale_max_ms: number },
): void {
  const has = reads.map((read) => new Set(read.elements));
  for (const element of elements) {
    if (element.acknowledged < 0 || element.seen < 0) continue;
    let stale = -1;
    for (const [at, { row }] of reads.entries()) {
      const after = table.start[row]! > table.end[element.acknowledged]!;
      if (after && table.start[row]! < table.start[element.seen]! && !has[at]!.has(element)) stale = row;
    }
    if (stale < 0) continue;
    figures.stale++;
    const ms = (table.startTime[stale]! - table.endTime[element.acknowledged]!) / 1e6;
    if (ms > figures.stale_max_ms) figures.stale_max_ms = ms;
  }
}

/** Where the chain of the reads contradicts itself or time. */
function orderOf(
  table: OperationTable,
  elements: readonly Element[],
  reads: readonly Read[],
): Fault | undefined {
  const chain = [...reads].sort((left, right) => left.elements.length - right.elements.length);
  let before: Read | undefined;
  const steps = new Map<Read, number>();
  for (const [at, read] of chain.entries()) {
    const members = new Set(read.elements);
    const missing = before?.elements.find((element) => !members.has(element));
    if (before && missing) {
      const other = read.elements.find((element) => !before!.elements.includes(element));
      const adds = [missing.adds[0]!, other?.adds[0] ?? -1];
      return {
        reason: `a read has ${missing.name} and lacks ${other?.name ?? 'nothing'}, another one the other way round`,
        rows: [...adds, before.row, read.row],
      };
    }
    const same = before !== undefined && before.elements.length === read.elements.length;
    steps.set(read, same ? steps.get(before!)! : at + 1);
    for (const element of read.elements) if (element.step < 0) element.step = steps.get(read)!;
    before = read;
  }
  return againstTime(table, elements, steps, chain.length + 1);
}

/** The groups in order: the additions that step k shows first, the reads of step k, the next additions, ... */
function againstTime(
  table: OperationTable,
  elements: readonly Element[],
  steps: ReadonlyMap<Read, number>,
  last: number,
): Fault | undefined {
  const latest = new Int32Array(2 * last + 2).fill(-1);
  const earliest = new Int32Array(2 * last + 2).fill(-1);
  const starts = (group: number, row: number) => {
    if (latest[group] === -1 || table.start[row]! > table.start[latest[group]!]!) latest[group] = row;
  };
  const ends = (group: number, row: number) => {
    if (table.end[row] === NEVER) return;
    if (earliest[group] === -1 || table.end[row]! < table.end[earliest[group]!]!) earliest[group] = row;
  };
  for (const [read, step] of steps) {
    starts(2 * step + 1, read.row);
    ends(2 * step + 1, read.row);
  }
  for (const { adds, step } of elements) {
    const group = 2 * (step < 0 ? last : step);
    // One addition must have happened by then, and the first to begin may have; the others may come later.
    if (step >= 0)
      starts(
        group,
        adds.reduce((first, row) => (table.start[row]! < table.start[first]! ? row : first)),
      );
    for (const row of adds) ends(group, row);
  }
  let before = -1;
  for (let group = 0; group < latest.length; group++) {
    const first = earliest[group]!;
    if (first >= 0 && before >= 0 && table.end[first]! < table.start[before]!) {
      const reason =
        table.f[first] === ADD
          ? 'what was added is missing from a read that began after it was acknowledged, or that saw what came later'
          : 'a read saw what another read, which began after it, did not see, or what was added only later';
      return { reason, rows: [first, before] };
    }
    const late = latest[group]!;
    if (late >= 0 && (before < 0 || table.start[late]! > table.start[before]!)) before = late;
  }
  return undefined;
}
