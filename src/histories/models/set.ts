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

import { enumerated, plainNumbers, valueText, verb } from '../evidence/value-text.js';
import {
  ADD,
  FAIL,
  INFO,
  NEVER,
  OK,
  type OperationTable,
  READ,
  valueAt,
} from '../formats/operation-table.js';
import { getOrMake } from '../get-or-make.js';
import type { Contradiction } from '../linearizability/contradiction.js';
import { type HistoryModel, judgeEachKey } from './model.js';

const ALGORITHM = 'order of additions';

export const set: HistoryModel = {
  name: 'set',
  about: 'a set: a read returns all that was added (linearizable)',
  functions: ['read', 'add'],
  check: (table) => judgeEachKey(table, ALGORITHM, (rows) => judgeSet(table, rows)),
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

function judgeSet(table: OperationTable, rows: Int32Array) {
  const elements = new Map<string, Element>();
  const element = (value: unknown): Element => {
    const identity = JSON.stringify(value);
    const name = () => plainNumbers(identity);
    return getOrMake(elements, identity, () => ({
      name: name(),
      adds: [],
      acknowledged: -1,
      seen: -1,
      step: -1,
    }));
  };
  for (const row of rows) {
    if (table.f[row] !== ADD || table.type[row] === FAIL) continue;
    const added = element(valueAt(table, table.value[row]!));
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

function readOf(table: OperationTable, row: number, element: (value: unknown) => Element): Read {
  const value = valueAt(table, table.value[row]!);
  const found: Read = { row, elements: [], twice: undefined };
  const had = new Set<Element>();
  for (const item of Array.isArray(value) ? value : value === null || value === undefined ? [] : [value]) {
    const one = element(item);
    if (had.has(one)) found.twice ??= one;
    else found.elements.push(one);
    had.add(one);
    if (one.seen < 0 || table.start[row]! > table.start[one.seen]!) one.seen = row;
  }
  return found;
}

function anomalies(table: OperationTable, elements: readonly Element[], reads: readonly Read[]) {
  const figures = { added: 0, lost: 0, stale: 0, phantom: 0, duplicated: 0, recovered: 0, stale_max_ms: 0 };
  const phantoms: Element[] = [];
  const lost: Element[] = [];
  const last = reads.reduce((latest, { row }) => Math.max(latest, row), -1);
  for (const element of elements) {
    const { adds, acknowledged, seen } = element;
    if (adds.length === 0) {
      phantoms.push(element);
      continue;
    }
    if (acknowledged >= 0) figures.added++;
    else if (seen >= 0 && adds.every((row) => table.type[row] === INFO)) figures.recovered++;
    if (acknowledged < 0 || last < 0 || table.start[last]! < table.end[acknowledged]!) continue;
    if (seen < 0 || (seen !== last && table.start[seen]! < table.start[last]!)) {
      lost.push(element);
    }
  }
  const twice = reads.filter((read) => read.twice !== undefined);
  figures.phantom = phantoms.length;
  figures.lost = lost.length;
  figures.duplicated = twice.length;
  countStale(table, elements, reads, figures);
  return { figures, first: phantomsOf(phantoms) ?? lostOf(lost, last) ?? readTwice(twice[0]) };
}

function phantomsOf(elements: readonly Element[]): Contradiction | undefined {
  if (elements.length === 0) return undefined;
  const names = elements.map(({ name }) => name);
  const reason = `${enumerated(names)} ${verb(names, 'was', 'were')} read, but never added`;
  return { reason, rows: [elements[0]!.seen] };
}

function lostOf(elements: readonly Element[], last: number): Contradiction | undefined {
  const [first] = elements;
  if (first === undefined) return undefined;
  const names = elements.map(({ name }) => name);
  const what = `${verb(names, 'was', 'were')} added and acknowledged, and ${verb(names, 'is', 'are')} missing`;
  return {
    reason: `${enumerated(names)} ${what} from the last read`,
    rows: [first.acknowledged, first.seen, last],
  };
}

function readTwice(read: Read | undefined): Contradiction | undefined {
  if (read?.twice === undefined) return undefined;
  const reason = `${read.twice.name} was read more than once in one read`;
  return { reason, rows: [read.twice.adds[0] ?? -1, read.row] };
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
): Contradiction | undefined {
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
): Contradiction | undefined {
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
      return { reason: disorder(table, [...steps.keys()], first, before), rows: [first, before] };
    }
    const late = latest[group]!;
    if (late >= 0 && (before < 0 || table.start[late]! > table.start[before]!)) before = late;
  }
  return undefined;
}

/** Why what is shown only later in the chain cannot have ended before what is shown earlier began. */
function disorder(table: OperationTable, reads: readonly Read[], first: number, before: number): string {
  const text = (row: number) => valueText(valueAt(table, table.value[row]!));
  if (table.f[before] === ADD) {
    return table.f[first] === ADD
      ? `${text(first)} was added before ${text(before)}, and a read has ${text(before)} alone`
      : `${text(before)} was read before its addition began`;
  }
  const seen = new Set(reads.find(({ row }) => row === before)!.elements);
  if (table.f[first] === ADD)
    return `${text(first)} is missing from a read that began after it was added and acknowledged`;
  const missing = reads
    .find(({ row }) => row === first)!
    .elements.flatMap((element) => (seen.has(element) ? [] : [element.name]));
  const what = `${enumerated(missing)} ${verb(missing, 'is', 'are')} missing`;
  return `${what} from a read that began after another one had returned ${verb(missing, 'it', 'them')}`;
}
