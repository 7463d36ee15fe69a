/**
 * One key to which elements are appended, and whose reads give the whole sequence: as a list, or as the
 * concatenation of the strings that were appended.
 */

import type { Value } from '../../history/operation-type.js';
import { valueText } from '../evidence/value-text.js';
import { APPEND, FAIL, OK, type OperationTable, READ, valueAt, WRITE } from '../formats/operation-table.js';
import { getOrMake } from '../get-or-make.js';

/** What a read returned that no order of the elements gives. */
interface Unreadable {
  row: number;
  reason: string;
}

/** What begins with one write, or with nothing, and what reads saw appended after it (epochs.ts). */
export interface Epoch {
  /** The rows in it, with their places in its order: 2k for a read of k elements, 2k - 1 for the k-th element. */
  rows: number[];
  order: number[];
  /** Its longest read; -1 where there is none that returned something. */
  longest: number;
}

export class Sequences {
  /** The rows that count: appends and writes that did not fail, reads that returned. */
  readonly rows: number[] = [];
  /** By element: the rows that append or write it. */
  readonly writers: number[][] = [];
  readonly #table: OperationTable;
  readonly #numbers = new Map<string, number>();
  readonly #failed = new Set<string>();
  /** The lengths that string elements have, for taking concatenations apart. */
  readonly #lengths: number[];

  constructor(table: OperationTable, rows: Iterable<number>) {
    this.#table = table;
    const lengths = new Set<number>();
    for (const row of rows) {
      if (table.f[row] === READ) {
        if (table.type[row] === OK) this.rows.push(row);
        continue;
      }
      if (table.f[row] !== APPEND && table.f[row] !== WRITE) continue;
      const value = this.written(row);
      const name = identity(value);
      if (table.type[row] === FAIL) {
        this.#failed.add(name);
        continue;
      }
      this.rows.push(row);
      if (isEmpty(value)) continue;
      const number = getOrMake(this.#numbers, name, () => this.writers.push([]) - 1);
      this.writers[number]!.push(row);
      if (typeof value === 'string') lengths.add(value.length);
    }
    this.#lengths = [...lengths].sort((left, right) => left - right);
  }

  /** Whether each element has one writer. */
  get unique(): boolean {
    return this.writers.every((rows) => rows.length === 1);
  }

  /**
   * Whether results can be taken apart in one way only: no string element begins another one, and no write
   * leaves several elements at once.
   */
  get decodable(): boolean {
    const names: string[] = [];
    for (const [name, number] of this.#numbers) {
      if (name.startsWith('[') && this.#table.f[this.writers[number]![0]!] === WRITE) return false;
      if (name.startsWith('"')) names.push(name.slice(0, -1));
    }
    names.sort();
    return names.every((name, at) => at === 0 || !name.startsWith(names[at - 1]!));
  }

  /** What a row appends or writes. A written list of one element is that element. */
  written(row: number): Value {
    const value = valueAt(this.#table, this.#table.value[row]!)!;
    return this.#table.f[row] === WRITE && Array.isArray(value) && value.length === 1 ? value[0]! : value;
  }

  /** What a row appends or writes, as people read it. */
  text(row: number): string {
    return valueText(this.written(row));
  }

  /** An element, as people read it. */
  name(element: number): string {
    return this.text(this.writers[element]![0]!);
  }

  /** The element that a row appends or writes; -1: it leaves nothing. */
  element(row: number): number {
    return this.#numbers.get(identity(this.written(row))) ?? -1;
  }

  /** How long a read's result is in text: a measure to find the longest one by. */
  size(row: number): number {
    const held = this.#table.values[this.#table.value[row]!];
    return held !== null && typeof held === 'object' ? held.text.length : String(held ?? '').length;
  }

  /** The first element that a read returned; -1 where it returned nothing. */
  first(row: number): number | Unreadable {
    const held = this.#table.values[this.#table.value[row]!];
    // Only the first item of a list is parsed, unless a string in it may hold a comma.
    const text = held !== null && typeof held === 'object' ? held.text : undefined;
    if (text !== undefined && !text.startsWith('["') && !text.startsWith('[[') && !text.startsWith('[{')) {
      if (text === '[]') return -1;
      const comma = text.indexOf(',');
      const item = JSON.parse(text.slice(1, comma < 0 ? -1 : comma)) as Value;
      return this.#numbers.get(identity(item)) ?? this.#phantom(row, item);
    }
    if (typeof held === 'string' && held !== '') {
      for (const length of this.#lengths) {
        const number = this.#numbers.get(identity(held.slice(0, length)));
        if (number !== undefined) return number;
      }
      return this.#phantom(row, held.slice(0, 40));
    }
    const elements = this.read(row);
    return isUnreadable(elements) ? elements : (elements[0] ?? -1);
  }

  /** Whether something is written that leaves nothing: then an empty read may be of any time. */
  get emptied(): boolean {
    return this.rows.some((row) => this.#table.f[row] === WRITE && this.element(row) < 0);
  }

  /** The elements that a read returned, in order. */
  read(row: number): number[] | Unreadable {
    const value = valueAt(this.#table, this.#table.value[row]!)!;
    if (isEmpty(value)) return [];
    if (typeof value === 'string') return this.#takeApart(row, value);
    const elements: number[] = [];
    for (const item of Array.isArray(value) ? value : [value]) {
      const number = this.#numbers.get(identity(item));
      if (number === undefined) return this.#phantom(row, item);
      elements.push(number);
    }
    return elements;
  }

  #takeApart(row: number, text: string): number[] | Unreadable {
    const elements: number[] = [];
    for (let at = 0; at < text.length; ) {
      let number: number | undefined;
      for (const length of this.#lengths) {
        number = this.#numbers.get(identity(text.slice(at, at + length)));
        if (number === undefined) continue;
        elements.push(number);
        at += length;
        break;
      }
      if (number === undefined) return this.#phantom(row, text.slice(at, at + 40));
    }
    return elements;
  }

  #phantom(row: number, item: Value): Unreadable {
    const failed = this.#failed.has(identity(item)) ? 'whose append failed' : 'but never appended';
    return { row, reason: `${valueText(item)} was read, ${failed}` };
  }
}

export function isUnreadable(read: number[] | Unreadable): read is Unreadable {
  return !Array.isArray(read);
}

function isEmpty(value: Value): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function identity(value: Value): string {
  return JSON.stringify(value);
}
