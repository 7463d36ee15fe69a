/**
 * Linearizability of one key with appends (and writes) of unique elements, in time linear in its reads' length.
 *
 * A read gives the whole order since the last write, so everything falls into epochs: what begins with one
 * write (or with nothing, at first), and what reads saw appended after it.
 *
 *     reads of []  append 3  reads of [3]    |  write 7  append 1  reads of [7,1]  |  append 9, seen by nobody
 *
 * In an epoch, all reads are beginnings of the longest one; nothing that comes later in this order may have
 * ended before something that comes earlier began. The epochs themselves follow each other without overlap, so
 * each is a cluster with a zone as in zones.ts (Gibbons and Korach): from the earliest end to the latest start
 * of its operations. What nobody saw fits between any two epochs. A key is linearizable exactly when the order
 * within each epoch legal, no two forward zones overlap, and no backward one lies inside a forward one.
 */

import { firstWhere } from '../first-where.js';
import { APPEND, NEVER, type OperationTable, READ, WRITE } from '../formats/operation-table.js';
import { Contradiction } from './contradiction.js';
import { EpochReads } from './epoch-reads.js';
import { APPEND_ORDER, contradicts, type KeyResult, legal } from './result.js';
import { differenceOf, disorder } from './sequence-words.js';
import type { Epoch, Sequences } from './sequences.js';

/** Judges one key whose elements are unique and which is never written empty. */
export function judgeEpochs(table: OperationTable, sequences: Sequences): KeyResult {
  try {
    const { epochs, unseen } = epochsOf(table, sequences);
    for (const epoch of epochs) judgeOrder(table, sequences, epoch);
    judgeEpochZones(table, sequences, epochs, unseen);
    return legal(APPEND_ORDER);
  } catch (error) {
    if (!(error instanceof Contradiction)) throw error;
    return contradicts(APPEND_ORDER, error.rows, error.reason);
  }
}

/** Puts every row into its epoch; the first epoch is the one that nothing was written before. */
function epochsOf(table: OperationTable, sequences: Sequences): { epochs: Epoch[]; unseen: number[] } {
  const reads = new EpochReads(table, sequences);
  const epochs: Epoch[] = [{ rows: [], order: [], longest: -1 }];
  const epochOfElement = new Int32Array(sequences.writers.length).fill(-1);
  const placeOfElement = new Int32Array(sequences.writers.length);
  for (const { longest, elements } of reads.longest) {
    const first = elements[0];
    const written = first !== undefined && table.f[sequences.writers[first]![0]!] === WRITE;
    if (!written && first !== undefined) {
      const other = epochs[0]!.longest;
      if (other >= 0) {
        const reason = differenceOf(sequences, sequences.read(other) as number[], elements);
        throw new Contradiction([other, longest], reason);
      }
      epochs[0]!.longest = longest;
    }
    const epoch = written ? epochs.push({ rows: [], order: [], longest }) - 1 : 0;
    for (const [at, element] of elements.entries()) {
      const other = epochOfElement[element]!;
      const writer = sequences.writers[element]![0]!;
      const name = sequences.name(element);
      if (other === epoch) throw new Contradiction([writer, longest], `${name} was read twice in one read`);
      if (other >= 0)
        throw new Contradiction(
          [writer, epochs[other]!.longest, longest],
          `two reads have ${name} after different elements`,
        );
      if (at > 0 && table.f[writer] === WRITE)
        throw new Contradiction([writer, longest], `${name} was written, and was read after something else`);
      epochOfElement[element] = epoch;
      placeOfElement[element] = 2 * at + 1;
    }
  }
  const unseen: number[] = [];
  for (const row of sequences.rows) {
    if (table.f[row] === READ) {
      const { first, length } = reads.of(row);
      const epoch = epochs[first === undefined ? 0 : epochOfElement[first]!]!;
      epoch.rows.push(row);
      epoch.order.push(2 * length);
      continue;
    }
    const element = sequences.element(row);
    if (element < 0) continue;
    const epoch = epochOfElement[element]!;
    if (epoch >= 0) {
      epochs[epoch]!.rows.push(row);
      epochs[epoch]!.order.push(placeOfElement[element]!);
    } else if (table.end[row] !== NEVER) unseen.push(row);
  }
  return { epochs, unseen };
}

/** The order within an epoch against the order of time. */
function judgeOrder(table: OperationTable, sequences: Sequences, epoch: Epoch): void {
  const size = epoch.order.reduce((most, place) => Math.max(most, place), 0) + 1;
  // By place in the order: the row that started last, the row that ended first.
  const latest = new Int32Array(size).fill(-1);
  const earliest = new Int32Array(size).fill(-1);
  for (const [at, row] of epoch.rows.entries()) {
    const place = epoch.order[at]!;
    if (latest[place] === -1 || table.start[row]! > table.start[latest[place]!]!) latest[place] = row;
    if (earliest[place] === -1 || table.end[row]! < table.end[earliest[place]!]!) earliest[place] = row;
  }
  let before = -1;
  for (let place = 0; place < size; place++) {
    const first = earliest[place]!;
    if (first >= 0 && before >= 0 && table.end[first]! < table.start[before]!) {
      const witness = table.f[first] === READ || epoch.longest < 0 ? [] : [epoch.longest];
      throw new Contradiction([first, before, ...witness], disorder(table, sequences, epoch, first, before));
    }
    const last = latest[place]!;
    if (last >= 0 && (before < 0 || table.start[last]! > table.start[before]!)) before = last;
  }
}

interface Zone {
  /** The earliest end and the latest start, and the rows that have them. */
  end: number;
  start: number;
  first: number;
  last: number;
  epoch: Epoch | undefined;
}

function judgeEpochZones(
  table: OperationTable,
  sequences: Sequences,
  epochs: readonly Epoch[],
  unseen: readonly number[],
): void {
  const zones: Zone[] = unseen.map((row) => ({
    end: table.end[row]!,
    start: table.start[row]!,
    first: row,
    last: row,
    epoch: undefined,
  }));
  for (const [at, epoch] of epochs.entries())
    if (epoch.rows.length > 0) zones.push(zoneOf(table, epoch, at === 0));
  const forward = zones.filter((zone) => zone.end < zone.start).sort((left, right) => left.end - right.end);
  for (let at = 1; at < forward.length; at++) {
    if (forward[at - 1]!.start > forward[at]!.end)
      throw overlap(table, sequences, forward[at - 1]!, forward[at]!);
  }
  for (const zone of zones) {
    if (zone.end < zone.start) continue;
    const around = forward[firstWhere(forward.length, (at) => forward[at]!.end >= zone.start) - 1];
    if (around && around.start > zone.end) throw overlap(table, sequences, around, zone);
  }
}

/** The first epoch reaches back to the beginning. */
function zoneOf(table: OperationTable, epoch: Epoch, initial: boolean): Zone {
  const zone: Zone = { end: NEVER, start: -1, first: -1, last: -1, epoch };
  for (const row of epoch.rows) {
    if (table.end[row]! < zone.end) {
      zone.end = table.end[row]!;
      zone.first = row;
    }
    if (table.start[row]! > zone.start) {
      zone.start = table.start[row]!;
      zone.last = row;
    }
  }
  return initial ? { ...zone, end: -1, first: zone.last } : zone;
}

function overlap(table: OperationTable, sequences: Sequences, around: Zone, inside: Zone): Contradiction {
  const writes = [around, inside].flatMap(({ epoch }) => writeOf(table, epoch));
  const rows = [around.first, around.last, inside.first, inside.last, ...writes];
  if (inside.epoch !== undefined) {
    const both = [around, inside].map((zone) => writeOf(table, zone.epoch).map((row) => sequences.text(row)));
    const [one = 'what was there at first', other = 'what was there at first'] = both.map(
      (names) => names[0],
    );
    return new Contradiction(rows, `${one} and ${other} must have been there at once`);
  }
  const what = table.f[inside.first] === APPEND ? 'appended' : 'written';
  const name = sequences.text(inside.first);
  return new Contradiction(rows, `${name} was ${what}, and is missing from reads that began after that`);
}

function writeOf(table: OperationTable, epoch: Epoch | undefined): number[] {
  return epoch?.rows.filter((row) => table.f[row] === WRITE) ?? [];
}
