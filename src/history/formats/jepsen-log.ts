/**
 * The log lines of Jepsen's clients; other lines of the log are skipped:
 *
 *     INFO  jepsen.util - 3	:invoke	:cas	[1 2]
 *     INFO  jepsen.util - 3	:fail	:read	:timed-out
 *     INFO  jepsen.util - 4	:fail	:cas	[1 2]	:unavailable
 *
 * Tuples of jepsen.independent are taken apart (independent.ts). The order of the lines is the order of time; there are no times.
 */

import { UsageError } from '../../errors.js';
import { keyText, rawValue } from './edn.js';
import { type Edn, EdnError, Keyword, plain, readEdn } from './edn-text.js';
import { IndependentTuples } from './independent.js';
import type { OperationTable } from './operation-table.js';
import { completes, type HistoryReader, LineSplitter, located, plainFunction } from './reader.js';
import { TableBuilder } from './table-builder.js';

/** Up to the process: what logged the line, then tab or spaces between the parts. */
const LINE = /jepsen\.util(?:\s*-|:)?\s+(:?[\w-]+)\s+:([\w-]+)\s+:([\w-]+)(?:\s+(.*?))?\s*$/;

export class JepsenLogReader implements HistoryReader {
  readonly #builder = new TableBuilder({ unit: 'line' });
  readonly #tuples = new IndependentTuples();
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
    const told = located(`${this.#file}:${line}:${column + 1}`, () => toldBy(rest ?? 'nil'));
    located(`${this.#file}:${line}:${at + 1}`, () =>
      this.#event(line - 1, Number(process), type!, plainFunction(f!), told),
    );
  }

  #event(place: number, process: number, type: string, f: string, told: Told): void {
    const builder = this.#builder;
    const { key, value } = this.#tuples.split(f, told.value);
    const time = Number.NaN;
    if (type === 'invoke') {
      const index = builder.keyOf(keyText(key));
      builder.invoke(place, time, process, builder.functionOf(f), index, rawValue(value) ?? null);
      return;
    }
    // A word in place of a value says why it ended so, not what it did.
    const word = value instanceof Keyword;
    const reason = told.reason ?? (word ? value.name : undefined);
    completes(builder, { place, time, process, type, f, reason }, word ? undefined : rawValue(value));
  }
}

/** What a line says after the function: the value, and why it ended so. */
interface Told {
  value: Edn | undefined;
  reason: unknown;
}

function toldBy(text: string): Told {
  try {
    const { form, end } = readEdn(text);
    const rest = text.slice(end).trim();
    return { value: form, reason: rest === '' ? undefined : reasonOf(rest) };
  } catch (error) {
    if (error instanceof EdnError)
      throw new UsageError({ expected: error.text.expected!, found: error.text.found! });
    throw error;
  }
}

/** An error as data; as it stands where it is a text for people. */
function reasonOf(text: string): unknown {
  try {
    return plain(readEdn(text).form);
  } catch {
    return text;
  }
}
