/**
 * Histories as JSON: one event to a line in the order of time, as our own history.jsonl is, too; or a list of events, or
 * events over several lines.
 *
 *     [{"process":0,"type":"invoke","f":"write","value":1},
 *      {"process":0,"type":"ok","f":"write","value":1}]
 *
 * The outermost objects are found by their brackets, and read one by one (json-events.ts).
 */
import { UsageError } from '../../errors.js';
import { JsonEvents } from './json-events.js';
import type { OperationTable } from './operation-table.js';
import { excerpt, type HistoryReader, LineReader } from './reader.js';

const NEWLINE = 10;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

export class JsonlReader extends LineReader {
  readonly #events: JsonEvents;

  constructor(file: string) {
    super();
    this.#events = new JsonEvents(file, 'line');
  }

  protected override take(buffer: Buffer, from: number, to: number, line: number): void {
    this.#events.take(buffer, from, to, line, 1, line - 1);
  }

  protected override build(): OperationTable {
    return this.#events.build();
  }
}

export class JsonReader implements HistoryReader {
  readonly #events: JsonEvents;
  readonly #file: string;
  /** How many brackets of the event are open; 0 between events. */
  #depth = 0;
  #mode: 'code' | 'string' | 'escape' = 'code';
  #held: Buffer[] = [];
  #list: 'none' | 'open' | 'closed' = 'none';
  #begun = { line: 1, column: 1 };
  #place = 0;
  #line = 1;
  /** How many bytes of the line were in earlier chunks. */
  #before = 0;

  constructor(file: string) {
    this.#file = file;
    this.#events = new JsonEvents(file, 'event');
  }

  feed(chunk: Buffer): void {
    let lineStart = -this.#before;
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (this.#depth > 0) {
        if (this.#within(byte)) this.#finish(chunk, from, at + 1);
      } else if (byte > SPACE) {
        const column = at - lineStart + 1;
        if (byte === OPEN_OBJECT && this.#list !== 'closed') {
          this.#depth = 1;
          this.#begun = { line: this.#line, column };
          from = at;
        } else this.#between(chunk, at, column);
      }
      if (byte === NEWLINE) {
        this.#line++;
        lineStart = at + 1;
      }
    }
    // A copy: the chunk's memory is read into again.
    if (this.#depth > 0) this.#held.push(Buffer.from(chunk.subarray(from)));
    this.#before = chunk.length - lineStart;
  }

  end(): OperationTable {
    const { line, column } = this.#depth > 0 ? this.#begun : { line: this.#line, column: this.#before + 1 };
    if (this.#depth > 0 || this.#list === 'open') {
      throw new UsageError({
        where: `${this.#file}:${line}:${column}`,
        expected: this.#depth > 0 ? '"}" for the event that begins here' : '"]" for the list of events',
        found: 'the end of the file',
      });
    }
    return this.#events.build();
  }

  /** Whether the event ends with a byte. */
  #within(byte: number): boolean {
    if (this.#mode === 'code') {
      if (byte === QUOTE) this.#mode = 'string';
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#depth++;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) return --this.#depth === 0;
    } else if (this.#mode === 'escape') this.#mode = 'string';
    else if (byte === BACKSLASH) this.#mode = 'escape';
    else if (byte === QUOTE) this.#mode = 'code';
    return false;
  }

  /** A byte between events. */
  #between(chunk: Buffer, at: number, column: number): void {
    const byte = chunk[at];
    if (byte === OPEN_LIST && this.#list === 'none' && this.#place === 0) this.#list = 'open';
    else if (byte === CLOSE_LIST && this.#list === 'open') this.#list = 'closed';
    else if (byte !== COMMA || this.#list !== 'open') {
      throw new UsageError({
        where: `${this.#file}:${this.#line}:${column}`,
        expected: this.#list === 'closed' ? 'nothing after the list of events' : 'an object of an event',
        found: excerpt(chunk.toString('utf8', at, at + 30).split('\n', 1)[0]!),
      });
    }
  }

  #finish(chunk: Buffer, from: number, to: number): void {
    const { line, column } = this.#begun;
    const place = this.#place++;
    if (this.#held.length === 0) {
      this.#events.take(chunk, from, to, line, column, place);
      return;
    }
    const whole = Buffer.concat([...this.#held, chunk.subarray(0, to)]);
    this.#held = [];
    this.#events.take(whole, 0, whole.length, line, column, place);
  }
}
