/**
 * The log lines of Jepsen's clients; other lines of the log are skipped:
 *
 *     INFO  jepsen.util - 3	:invoke	:cas	[1 2]
 *     INFO  jepsen.util - 3	:fail	:read	:timed-out
 *
 * The order of the lines is the order of time; there are no times.
 */

import { UsageError } from '../../errors.js';
import { rawValue } from './edn.js';
import { type Edn, EdnError, Keyword, readEdn } from './edn-text.js';
import type { OperationTable } from './operation-table.js';
import { completes, type HistoryReader, LineSplitter, located, plainFunction } from './reader.js';
import { TableBuilder } from './table-builder.js';

/** Up to the process: what logged the line, then tab or spaces between the parts. */
const LINE = /jepsen\.util(?:\s*-|:)?\s+(:?[\w-]+)\s+:([\w-]+)\s+:([\w-]+)(?:\s+(.*?))?\s*$/;

export class JepsenLogReader implements HistoryReader {
  readonly #builder = new TableBuilder({ unit: 'line' });
  readonly #file: string;
  readonly #splitter = new LineSplitter((buffer, from, to, line) =>
    this.#take(buffer.toString('utf8', from, to), line),
  );

  constructor(file: string) {
    this.#file = file;
  }

  feed(chunk: Buffer): void {
    this.#splitter.feed(chunk);
  }

  end(): OperationTable {
    this.#splitter.end();
    return this.#builder.build();
  }

  #take(text: string, line: number): void {
    const at = text.indexOf('jepsen.util');
    if (at < 0) return;
    const found = LINE.exec(text);
    if (found === null) {
      throw new UsageError({
        where: `${this.#file}:${line}:${at + 1}`,
        expected: 'jepsen.util - <process> :<invoke|ok|fail|info> :<f> <value>',
        found: JSON.stringify(text.trimEnd()),
      });
    }
    const [, process, type, f, rest] = found;
    if (!/^\d+$/.test(process!)) return;
    const column =
      rest === undefined ? text.length : text.length - text.trimEnd().length + text.lastIndexOf(rest);
    const value = located(`${this.#file}:${line}:${column + 1}`, () => this.#value(rest ?? 'nil'));
    located(`${this.#file}:${line}:${at + 1}`, () =>
      this.#event(line - 1, Number(process), type!, plainFunction(f!), value),
    );
  }

  #value(text: string): Edn | undefined {
    try {
      const { form } = readEdn(text);
      // `:timed-out` and the like: why it ended so, not what it did.
      return form instanceof Keyword ? undefined : form;
    } catch (error) {
      if (error instanceof EdnError)
        throw new UsageError({ expected: error.text.expected!, found: error.text.found! });
      throw error;
    }
  }

  #event(place: number, process: number, type: string, f: string, value: Edn | undefined): void {
    const builder = this.#builder;
    if (type === 'invoke') {
      builder.invoke(
        place,
        Number.NaN,
        process,
        builder.functionOf(f),
        builder.keyOf(null),
        rawValue(value) ?? null,
      );
    } else completes(builder, { place, time: Number.NaN, process, type, f }, rawValue(value));
  }
}
