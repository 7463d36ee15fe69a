/**
 * Histories as text: one JSON object to a line, each line chained to the one before by a hash, so that a
 * history that was cut or damaged says so.
 *
 *     {"index":0,"time":0,"type":"run",...,"hash":"5f1c0e...16 hex digits"}
 *     {"index":1,"time":1200,"type":"phase","phase":"up","hash":"b2..."}
 *
 * `hash` is always last: the first 16 hex digits of SHA-256 over the hash of the line before (nothing for the
 * first line) and this line without its hash. It is a guard against accidents: a forger can compute it, too, and
 * only a signature (run/signature.ts) is one against them.
 */
import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { messageOf } from '../errors.js';
import type { Event } from './event.js';
import { type History, runOf } from './history.js';
import { shapeFlaw } from './shape.js';
import { Wholeness } from './wholeness.js';

const HASH_DIGITS = 16;
const SUFFIX = /,"hash":"([0-9a-f]{16})"\}$/;
const SUFFIX_LENGTH = ',"hash":""}'.length + HASH_DIGITS;
const NEWLINE = 0x0a;

/** The chain before the first line. */
export const CHAIN_START = '';

function link(previous: string, body: string): string {
  return hash('sha256', previous + body, 'hex').slice(0, HASH_DIGITS);
}

/** The line of an event, with its line end, and the hash that the next line is chained to. */
export function encodeEvent(event: Event, previous: string): { line: string; hash: string } {
  const body = JSON.stringify(event);
  const digest = link(previous, body);
  return { line: `${body.slice(0, -1)},"hash":"${digest}"}\n`, hash: digest };
}

/** A function that gives the lines of one history, event by event, each with its line end. */
export function lineEncoder(): (event: Event) => string {
  let previous = CHAIN_START;
  return (event) => {
    const encoded = encodeEvent(event, previous);
    previous = encoded.hash;
    return encoded.line;
  };
}

/**
 * Decodes a history as its bytes arrive, in pieces of any size. At the first line that cannot be trusted it
 * stops: the events before it stay usable, what follows is not read.
 */
export class HistoryDecoder {
  readonly #wholeness = new Wholeness();
  #previous = CHAIN_START;
  #rest: Uint8Array = new Uint8Array(0);
  #line = 0;
  #flaw: string | undefined;

  /** The events that these bytes complete. */
  feed(bytes: Uint8Array): Event[] {
    const events: Event[] = [];
    if (this.#flaw !== undefined) return events;
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const buffer = Buffer.from(all.buffer, all.byteOffset, all.byteLength);
    let begin = 0;
    for (;;) {
      const end = buffer.indexOf(NEWLINE, begin);
      if (end < 0) break;
      const event = this.#decode(buffer.subarray(begin, end));
      if (event === undefined) return events;
      events.push(event);
      begin = end + 1;
    }
    this.#rest = Buffer.from(buffer.subarray(begin));
    return events;
  }

  /** Every reason not to trust the history, once all bytes were fed. */
  end(): string[] {
    const flaws = this.#flaw === undefined ? [] : [this.#flaw];
    if (this.#flaw === undefined && this.#rest.length > 0) {
      flaws.push(`line ${this.#line + 1}: cut short after ${this.#rest.length} bytes, without a line end`);
    }
    return [...flaws, ...this.#wholeness.end()];
  }

  #decode(bytes: Buffer): Event | undefined {
    this.#line += 1;
    if (!isUtf8(bytes)) return this.#stop('unreadable: not UTF-8');
    const line = bytes.toString('utf8');
    const suffix = SUFFIX.exec(line.slice(-SUFFIX_LENGTH));
    if (suffix === null)
      return this.#stop(`unreadable: expected a hash at its end, found ${quoted(line.slice(-32))}`);
    const body = `${line.slice(0, -SUFFIX_LENGTH)}}`;
    const digest = link(this.#previous, body);
    if (digest !== suffix[1]) {
      return this.#stop(
        `altered, or a line before it is missing: expected hash ${digest}, found ${suffix[1]}`,
      );
    }
    let value: unknown;
    try {
      value = JSON.parse(body);
    } catch (error) {
      return this.#stop(`unreadable: ${messageOf(error)}`);
    }
    const shape = shapeFlaw(value);
    if (shape !== undefined) return this.#stop(`unreadable: ${shape}`);
    const flaw = this.#wholeness.next(value as Event);
    if (flaw !== undefined) return this.#stop(`altered: ${flaw}`);
    this.#previous = digest;
    return value as Event;
  }

  #stop(flaw: string): undefined {
    this.#flaw = `line ${this.#line}: ${flaw}; what follows is not used`;
    return undefined;
  }
}

function quoted(text: string): string {
  return text === '' ? 'an empty line' : JSON.stringify(text);
}

/** The text of a whole history. */
export function encodeHistory(events: Iterable<Event>): string {
  const encode = lineEncoder();
  let text = '';
  for (const event of events) text += encode(event);
  return text;
}

/** A history from its whole text or bytes. Never throws: what is wrong is among the flaws. */
export function decodeHistory(source: string | Uint8Array): History {
  const decoder = new HistoryDecoder();
  const events = decoder.feed(typeof source === 'string' ? Buffer.from(source, 'utf8') : source);
  return { events, run: runOf(events), flaws: decoder.end() };
}

/** A history from pieces of its bytes (a file's stream): its text is never in memory as a whole. */
export async function decodeStream(pieces: AsyncIterable<Uint8Array>): Promise<History> {
  const decoder = new HistoryDecoder();
  const events: Event[] = [];
  for await (const piece of pieces) {
    for (const event of decoder.feed(piece)) events.push(event);
  }
  return { events, run: runOf(events), flaws: decoder.end() };
}
