/**
 * Histories in Jepsen's EDN: maps of operations, one after the other or in one vector, tagged or not.
 *
 *     {:type :invoke, :f :cas, :value [1 2], :process 0, :time 12345, :index 0}
 *     #jepsen.history.Op{:index 1, :time 23456, :type :ok, :process 0, :f :cas, :value [1 2]}
 *
 * What processes like `:nemesis` do is skipped. Tuples of jepsen.independent are taken apart (independent.ts).
 */
import { StringDecoder } from 'node:string_decoder';
import { UsageError } from '../../errors.js';
import { type Edn, EdnError, EdnMap, Keyword, plain, readEdn } from './edn-text.js';
import { IndependentTuples } from './independent.js';
import { ListText, type OperationTable } from './operation-table.js';
import { completes, type HistoryReader, plainFunction, quoted } from './reader.js';
import { TableBuilder } from './table-builder.js';
import type { RawValue } from './value-index.js';

export class EdnReader implements HistoryReader {
  readonly #builder = new TableBuilder();
  readonly #file: string;
  readonly #decoder = new StringDecoder('utf8');
  readonly #forms: MapSplitter;
  #place = 0;
  readonly #tuples = new IndependentTuples();

  constructor(file: string) {
    this.#file = file;
    this.#forms = new MapSplitter((text, line, column) => this.#take(text, line, column));
  }

  feed(chunk: Buffer): void {
    this.#forms.feed(this.#decoder.write(chunk));
  }

  end(): OperationTable {
    this.#forms.feed(this.#decoder.end());
    const { open } = this.#forms;
    if (open !== undefined) {
      throw new UsageError({
        where: `${this.#file}:${open.line}:${open.column}`,
        expected: '"}" for the map that begins here',
        found: 'the end of the file',
      });
    }
    return this.#builder.build();
  }

  #take(text: string, line: number, column: number): void {
    try {
      const { form } = readEdn(text);
      if (form instanceof EdnMap) this.#event(form);
    } catch (error) {
      if (!(error instanceof UsageError) || error.text.where !== undefined) throw error;
      const place =
        error instanceof EdnError ? placeOf(text, error.offset, line, column) : `${line}:${column}`;
      throw new UsageError({ ...error.text, where: `${this.#file}:${place}` });
    }
  }

  #event(map: EdnMap): void {
    const process = map.get('process');
    const place = this.#place++;
    const time = map.get('time');
    // The nemesis, and whatever else is no client.
    if (process instanceof Keyword || typeof process === 'string') return;
    if (typeof process !== 'number') throw missing(':process as a whole number', process);
    const type = map.get('type');
    const f = map.get('f');
    if (!(type instanceof Keyword)) throw missing(':type :invoke, :ok, :fail or :info', type);
    if (!(f instanceof Keyword) && typeof f !== 'string') throw missing(':f as a keyword', f);
    const name = plainFunction(f instanceof Keyword ? f.name : f);
    const stamp = typeof time === 'number' || typeof time === 'bigint' ? Number(time) : Number.NaN;
    const given = map.get('value');
    // Who names the key has no tuples.
    const named = map.get('key');
    const { key, value } =
      named === undefined ? this.#tuples.split(name, given) : { key: named, value: given };
    const builder = this.#builder;
    if (type.name !== 'invoke') {
      const error = map.get('error');
      const reason = error === undefined ? undefined : plain(error);
      completes(builder, { place, time: stamp, process, type: type.name, f: name, reason }, rawValue(value));
      return;
    }
    const index = builder.keyOf(keyText(key));
    builder.invoke(place, stamp, process, builder.functionOf(name), index, rawValue(value) ?? null);
  }
}

/** What a key is called; null where there is none. */
export function keyText(key: Edn | undefined): string | null {
  if (key === undefined || key === null) return null;
  const value = plain(key);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function rawValue(value: Edn | undefined): RawValue | undefined {
  if (value === undefined) return undefined;
  const held = plain(value);
  return typeof held === 'object' && held !== null ? new ListText(JSON.stringify(held)) : held;
}

function missing(expected: string, found: Edn | undefined): UsageError {
  return new UsageError({
    expected,
    found: found === undefined ? 'none' : quoted(JSON.stringify(plain(found))),
  });
}

function placeOf(text: string, offset: number, line: number, column: number): string {
  const before = text.slice(0, offset).split('\n');
  const last = before.at(-1)!.length;
  return before.length === 1 ? `${line}:${column + last}` : `${line + before.length - 1}:${last + 1}`;
}

/** Finds the outermost maps of a text that comes in pieces, inside vectors and lists or not. */
class MapSplitter {
  readonly #take: (text: string, line: number, column: number) => void;
  #held = '';
  #depth = 0;
  #mode: 'code' | 'string' | 'escape' | 'comment' | 'character' = 'code';
  #line = 1;
  #column = 1;
  #begun = { line: 1, column: 1 };

  constructor(take: (text: string, line: number, column: number) => void) {
    this.#take = take;
  }

  /** Where the map begins that is not complete yet. */
  get open(): { line: number; column: number } | undefined {
    return this.#depth > 0 ? this.#begun : undefined;
  }

  feed(text: string): void {
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const char = text.charCodeAt(at);
      if (this.#step(char)) {
        if (this.#depth === 1 && char === 123) {
          from = at;
          this.#begun = { line: this.#line, column: this.#column };
        } else if (this.#depth === 0) {
          const { line, column } = this.#begun;
          const form = this.#held + text.slice(from, at + 1);
          this.#held = '';
          this.#take(form, line, column);
        }
      }
      if (char === 10) {
        this.#line++;
        this.#column = 1;
      } else this.#column++;
    }
    if (this.#depth > 0) this.#held += text.slice(from);
  }

  /** Whether a map's bracket opened or closed. */
  #step(char: number): boolean {
    if (this.#mode === 'code') {
      if (char === 34) this.#mode = 'string';
      else if (char === 59) this.#mode = 'comment';
      else if (char === 92) this.#mode = 'character';
      else if (char === 123) return this.#depth++ === 0;
      else if (char === 125 && this.#depth > 0) return --this.#depth === 0;
    } else if (this.#mode === 'string') {
      if (char === 92) this.#mode = 'escape';
      else if (char === 34) this.#mode = 'code';
    } else if (this.#mode === 'escape') this.#mode = 'string';
    else if (this.#mode === 'character' || char === 10) this.#mode = 'code';
    return false;
  }
}
