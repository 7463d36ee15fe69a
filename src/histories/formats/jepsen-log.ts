/**
 * The log lines of Jepsen's clients, as its versions write them; other lines of the log are skipped:
 *
 *     INFO  jepsen.util - 3	:invoke	:cas	[1 2]
 *     INFO  jepsen.util - 4	:fail	:cas	[1 2]	:unavailable
 *     2022-07-28 07:53:02,853{GMT}	INFO	[jepsen worker 2] jepsen.util: 2	:fail	:read	:timed-out
 *     2022-07-28 07:53:02,853{GMT}	INFO	[jepsen worker 2] jepsen.util: [ 1345013587 ] 2	:invoke	:read	nil
 *     0	:invoke	:write	1
 *
 * Tuples of jepsen.independent are taken apart (independent.ts). The order of the lines is the order of time; there are no times.
 */
import { UsageError } from '../../errors.js';
import { ednKey, ednValue } from './edn.js';
import { type Edn, EdnError, Keyword, plainValue, readEdn } from './edn-text.js';
import { IndependentTuples } from './independent.js';
import type { OperationTable } from './operation-table.js';
import { excerpt, isNemesis, LineReader, located, plainFunction, takeEvent } from './reader.js';
import { TableBuilder } from './table-builder.js';
import { notUtf8, textOf } from './utf8.js';

/** What logged the line, up to the process. */
const LOGGER = /jepsen\.util(?:\s*-|:)?\s+(?:\[[^\]]*\]\s+)?/;
/** The process, the type and the function, with tabs or spaces between them. */
const HEAD = /(:?[\w.-]+)\s+:(invoke|ok|fail|info)(?!\S)(?:\s+:(\S+))?/y;
const BARE = /^\s*(?::?[\w.-]+)\s+:(?:invoke|ok|fail|info)\s/;

/** Whether a line is an event without a logger. */
export function isBareEvent(line: string): boolean {
  return BARE.test(line);
}

export class JepsenLogReader extends LineReader {
  readonly #builder = new TableBuilder({ unit: 'line' });
  readonly #tuples = new IndependentTuples();
  readonly #file: string;

  constructor(file: string) {
    super();
    this.#file = file;
  }

  protected override build(): OperationTable {
    return this.#builder.build();
  }

  protected override take(buffer: Buffer, from: number, to: number, line: number): void {
    const { text, wrong } = textOf(buffer.subarray(from, to));
    const event = eventAt(text);
    if (event < 0) return;
    if (wrong !== undefined) throw notUtf8(`${this.#file}:${line}:${text.length + 1}`, wrong);
    HEAD.lastIndex = event;
    const found = HEAD.exec(text);
    // Another line of the same logger.
    if (found === null) return;
    const [head, process, type, f] = found;
    const where = `${this.#file}:${line}`;
    if (f === undefined) {
      throw new UsageError({
        where: `${where}:${event + 1}`,
        expected: '<process> :<invoke|ok|fail|info> :<f> <value>',
        found: excerpt(text.slice(event).trimEnd()),
      });
    }
    const name = process!.replace(/^:/, '');
    if (isNemesis(name)) return;
    const after = event + head.length;
    const rest = text.slice(after);
    const column = after + rest.length - rest.trimStart().length + 1;
    const told = located(`${where}:${column}`, () => toldBy(rest.trim() || 'nil'));
    located(`${where}:${event + 1}`, () => this.#event(line - 1, name, type!, plainFunction(f), told));
  }

  #event(place: number, name: string, type: string, f: string, told: Told): void {
    const { key, value } = this.#tuples.split(type, f, told.value);
    // A word in place of a value says why it ended so, not what it did.
    const word = value instanceof Keyword && type !== 'invoke';
    const number = Number(name);
    takeEvent(this.#builder, {
      place,
      time: Number.NaN,
      process: /^\d+$/.test(name) && Number.isSafeInteger(number) ? number : name,
      type,
      f,
      key: ednKey(key),
      value: word ? undefined : ednValue(value),
      reason: told.reason ?? (word ? value.name : undefined),
    });
  }
}

/** Where in a line of a log its event begins; -1: it is no event. */
function eventAt(text: string): number {
  const logger = LOGGER.exec(text);
  if (logger !== null) return logger.index + logger[0].length;
  return isBareEvent(text) ? text.length - text.trimStart().length : -1;
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
    return plainValue(readEdn(text).form);
  } catch {
    return text;
  }
}
