/**
 * The reads of a key by the element that they begin with. Only the longest read of each is taken apart; the
 * others are compared with it as texts, so that long histories cost little more than their reading.
 */
import { ListText, type OperationTable, READ } from '../formats/operation-table.js';
import { Contradiction } from './contradiction.js';
import { differenceOf } from './sequence-words.js';
import { isUnreadable, type Sequences } from './sequences.js';

interface Beginning {
  longest: number;
  elements: number[];
  text: string;
  /** How many elements the text has up to an offset. */
  lengths: Map<number, number>;
}

export class EpochReads {
  readonly #table: OperationTable;
  readonly #sequences: Sequences;
  /** By first element; what begins with nothing is under -1. */
  readonly #beginnings = new Map<number, Beginning>();

  /** @throws Contradiction where a read returned what nobody appended */
  constructor(table: OperationTable, sequences: Sequences) {
    this.#table = table;
    this.#sequences = sequences;
    const longest = new Map<number, number>();
    for (const row of sequences.rows) {
      if (table.f[row] !== READ) continue;
      const first = this.#first(row);
      const best = longest.get(first);
      if (best === undefined || sequences.size(row) > sequences.size(best)) longest.set(first, row);
    }
    for (const [first, row] of longest) this.#beginnings.set(first, this.#takeApart(row));
  }

  get longest(): Iterable<Beginning> {
    return this.#beginnings.values();
  }

  /** @throws Contradiction where a read is no beginning of the longest one that begins as it does */
  of(row: number): { first: number | undefined; length: number } {
    const first = this.#first(row);
    const beginning = this.#beginnings.get(first)!;
    const text = this.#text(row);
    // Comparing whole strings is many times faster than startsWith.
    const begins = beginning.text.slice(0, text.length) === text;
    const length = begins ? beginning.lengths.get(text.length) : undefined;
    if (length !== undefined) return { first: first < 0 ? undefined : first, length };
    const elements = this.#read(row);
    const odd = elements.findIndex((element, at) => element !== beginning.elements[at]);
    const writers = [elements[odd], beginning.elements[odd]].flatMap((element) =>
      element === undefined ? [] : this.#sequences.writers[element]!,
    );
    const reason = differenceOf(this.#sequences, elements, beginning.elements);
    throw new Contradiction([...writers, row, beginning.longest], reason);
  }

  #read(row: number): number[] {
    const elements = this.#sequences.read(row);
    if (isUnreadable(elements)) throw new Contradiction([row], elements.reason);
    return elements;
  }

  #first(row: number): number {
    const element = this.#sequences.first(row);
    if (typeof element === 'object') throw new Contradiction([row], element.reason);
    return element;
  }

  /** A list without its closing bracket, so that a beginning of it is a beginning of its text. */
  #text(row: number): string {
    const held = this.#table.values[this.#table.value[row]!];
    if (held instanceof ListText) return held.text === '[]' ? '' : held.text.slice(0, -1);
    return String(held ?? '');
  }

  #takeApart(row: number): Beginning {
    const elements = this.#read(row);
    const lengths = new Map<number, number>([[0, 0]]);
    const list = this.#table.values[this.#table.value[row]!] instanceof ListText;
    let offset = 0;
    for (const [at, element] of elements.entries()) {
      const value = this.#sequences.written(this.#sequences.writers[element]![0]!);
      // In a list each element has a bracket or a comma before it.
      offset += list ? 1 + JSON.stringify(value).length : String(value).length;
      lengths.set(offset, at + 1);
    }
    return { longest: row, elements, text: this.#text(row), lengths };
  }
}
