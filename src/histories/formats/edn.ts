/**
 * Histories in Jepsen's EDN: maps of operations, one after the other or in one vector, tagged or not; and vectors,
 * as Knossos has them.
 *
 *     {:type :invoke, :f :cas, :value [1 2], :process 0, :time 12345, :index 0}
 *     #jepsen.history.Op{:index 1, :time 23456, :type :ok, :process 0, :f :cas, :value [1 2]}
 *     [0 :invoke :write 1]
 *
 * What the process :nemesis does is skipped. Tuples of jepsen.independent are taken apart (independent.ts). The
 * order is that of the file. Those of key-value stores name the key; `get`, `put` and `append` are reads, writes and
 * appends of texts:
 *
 *     {:process 0, :type :invoke, :f :append, :key "3", :value "x 0 1 y"}
 */
import { UsageError } from '../../errors.js';
import { type FormPlace, FormSplitter } from './edn-forms.js';
import { type Edn, EdnError, EdnMap, Keyword, plainValue, readEdn } from './edn-text.js';
import { IndependentTuples } from './independent.js';
import { ListText, type OperationTable } from './operation-table.js';
import {
  excerpt,
  type HistoryReader,
  isNemesis,
  located,
  placeIn,
  plainFunction,
  takeEvent,
} from './reader.js';
import { TableBuilder } from './table-builder.js';
import { notUtf8, Utf8Decoder } from './utf8.js';
import type { RawValue } from './value-index.js';
import { heldText } from './whole-numbers.js';

export class EdnReader implements HistoryReader {
  readonly #builder = new TableBuilder();
  readonly #file: string;
  readonly #decoder = new Utf8Decoder();
  readonly #forms: FormSplitter;
  #place = 0;
  readonly #tuples = new IndependentTuples();

  constructor(file: string) {
    this.#file = file;
    this.#forms = new FormSplitter((text, place) => this.#take(text, place));
  }

  feed(chunk: Buffer): void {
    this.#read(this.#decoder.write(chunk));
  }

  end(): OperationTable {
    this.#read(this.#decoder.end());
    this.#inFile(() => this.#forms.end());
    return this.#builder.build();
  }

  #read({ text, wrong }: { text: string; wrong?: number | undefined }): void {
    this.#inFile(() => this.#forms.feed(text));
    const { line, column } = this.#forms.place;
    if (wrong !== undefined) throw notUtf8(`${this.#file}:${line}:${column}`, wrong);
  }

  /** Names the file in errors that have a line and a column. */
  #inFile(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof UsageError) || !/^\d+:\d+$/.test(error.text.where ?? '')) throw error;
      throw new UsageError({ ...error.text, where: `${this.#file}:${error.text.where}` }, { cause: error });
    }
  }

  #take(text: string, { line, column }: FormPlace): void {
    const place = (error: UsageError) =>
      placeIn(text, error instanceof EdnError ? error.offset : 0, line, column);
    located(place, () => this.#event(operationOf(readEdn(text).form)));
  }

  #event(map: EdnMap): void {
    const process = nameOf(map.get('process'));
    const place = this.#place++;
    if (isNemesis(process)) return;
    const usual = typeof process === 'number' ? Number.isInteger(process) : typeof process === 'string';
    if (!usual && typeof process !== 'bigint')
      throw missing(':process as a whole number or a name', map.get('process'));
    const type = nameOf(map.get('type'));
    const f = nameOf(map.get('f'));
    if (typeof type !== 'string' || !(map.get('type') instanceof Keyword))
      throw missing(':type :invoke, :ok, :fail or :info', map.get('type'));
    if (typeof f !== 'string') throw missing(':f as a keyword', map.get('f'));
    const time = map.get('time');
    const given = map.get('value');
    // Who names the key has no tuples.
    const named = map.get('key');
    const { key, value } =
      named === undefined ? this.#tuples.split(type, plainFunction(f), given) : { key: named, value: given };
    const error = map.get('error');
    takeEvent(this.#builder, {
      place,
      time: typeof time === 'number' || typeof time === 'bigint' ? Number(time) : Number.NaN,
      process: typeof process === 'bigint' ? process.toString() : (process as number | string),
      type,
      f,
      key: ednKey(key),
      value: ednValue(value),
      reason: error === undefined ? undefined : plainValue(error),
    });
  }
}

/** The operation that an outermost form is: a map, or one of Knossos' vectors. */
function operationOf(form: Edn): EdnMap {
  if (form instanceof EdnMap) return form;
  if (!Array.isArray(form) || form.length < 3 || form.length > 4)
    throw missing('a map of an operation, or [process type f value]', form);
  const [process, type, f, value = null] = form as [Edn, Edn, Edn, Edn?];
  return new EdnMap([
    [new Keyword('process'), process],
    [new Keyword('type'), type],
    [new Keyword('f'), f],
    [new Keyword('value'), value],
  ]);
}

function nameOf(form: Edn | undefined): Edn | undefined {
  return form instanceof Keyword ? form.name : form;
}

export function ednKey(key: Edn | undefined): string | null {
  if (key === undefined || key === null) return null;
  const value = plainValue(key);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function ednValue(value: Edn | undefined): RawValue | undefined {
  if (value === undefined) return undefined;
  const held = plainValue(value, heldText);
  return typeof held === 'object' && held !== null ? new ListText(JSON.stringify(held)) : held;
}

function missing(expected: string, found: Edn | undefined): UsageError {
  return new UsageError({
    expected,
    found: found === undefined ? 'none' : excerpt(JSON.stringify(plainValue(found))),
  });
}
