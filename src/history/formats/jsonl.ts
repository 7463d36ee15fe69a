/**
 * Histories as JSON, one event to a line in the order of time:
 *
 *     {"process":0,"type":"invoke","f":"write","key":"k","value":1,"time":123456}
 *
 * Whole numbers of any size are told apart (whole-numbers.ts). `error` tells why an operation failed (failure.ts).
 * Our own history.jsonl is one too: its lines of other types (faults, roles, ...) and further keys are skipped.
 *
 * Lines of the usual form are read from the bytes, without a string or an object for each; `JsonLine` says which
 * lines are usual. Everything else goes through JSON.parse.
 */
import { messageOf, UsageError } from '../../errors.js';
import type { Value } from '../event.js';
import { JsonLine } from './json-line.js';
import { ListText, type OperationTable } from './operation-table.js';
import {
  completes,
  type HistoryReader,
  LineSplitter,
  located,
  OUTCOMES,
  plainFunction,
  quoted,
} from './reader.js';
import { TableBuilder } from './table-builder.js';
import type { RawValue } from './value-index.js';
import { mayBeRounded, parseExactly } from './whole-numbers.js';

const KEYS = '{"process", "type", "f", "key", "value", "time"}';

export class JsonlReader implements HistoryReader {
  readonly #builder = new TableBuilder({ unit: 'line' });
  readonly #line = new JsonLine(this.#builder);
  readonly #file: string;
  readonly #splitter = new LineSplitter((buffer, from, to, line) => this.#take(buffer, from, to, line));

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

  #take(buffer: Buffer, from: number, to: number, line: number): void {
    const usual = this.#line;
    if (!usual.parse(buffer, from, to)) {
      this.#takeText(buffer.toString('utf8', from, to), line);
      return;
    }
    try {
      if (usual.type === 0) {
        this.#builder.invoke(line - 1, usual.time, usual.process, usual.f, usual.key, usual.value);
      } else {
        const outcome = (usual.type - 1) as 0 | 1 | 2;
        const { time, process, f, value, reason } = usual;
        this.#builder.complete(line - 1, time, process, outcome, f, value, reason);
      }
    } catch (error) {
      located(`${this.#file}:${line}:1`, () => {
        throw error;
      });
    }
  }

  #takeText(text: string, line: number): void {
    if (text.trim() === '') return;
    const event = this.#parse(text, line);
    located(`${this.#file}:${line}:1`, () => this.#event(event, line));
  }

  #parse(text: string, line: number): Record<string, unknown> {
    let event: unknown;
    try {
      event = JSON.parse(text);
    } catch (error) {
      const message = messageOf(error);
      const position = /position (\d+)/.exec(message);
      const column = position ? Number(position[1]) + 1 : text.length + 1;
      throw new UsageError({
        where: `${this.#file}:${line}:${column}`,
        expected: `a JSON object ${KEYS}`,
        found: quoted(text.slice(Math.max(0, column - 1)) || 'the end of the line'),
        todo: 'write one event to a line, or name the format with --format',
      });
    }
    if (typeof event !== 'object' || event === null || Array.isArray(event)) {
      throw new UsageError({
        where: `${this.#file}:${line}:1`,
        expected: `a JSON object ${KEYS}`,
        found: quoted(text),
      });
    }
    const fields = event as Record<string, unknown>;
    if (!mayBeRounded(fields.value) && !mayBeRounded(fields.key)) return fields;
    const { key, value } = parseExactly(text) as Record<string, unknown>;
    return { ...fields, key, value };
  }

  #event(event: Record<string, unknown>, line: number): void {
    const { process, type } = event;
    const time = typeof event.time === 'number' ? event.time : Number.NaN;
    if (type !== 'invoke' && !OUTCOMES.has(type as string)) {
      // An event of our own that is no operation; anything else is a mistake.
      if (typeof type === 'string' && process === undefined) return;
      throw new UsageError({ expected: '"type" of invoke, ok, fail or info', found: show(type) });
    }
    // A fault injector's own events, in Jepsen's way.
    if (typeof process === 'string' && !/^\d+$/.test(process)) return;
    if (!Number.isInteger(process))
      throw new UsageError({ expected: '"process" as a whole number', found: show(process) });
    if (typeof event.f !== 'string')
      throw new UsageError({ expected: '"f" as a string', found: show(event.f) });
    const key = event.key ?? null;
    if (typeof key === 'object' && key !== null) {
      throw new UsageError({ expected: '"key" as a string', found: show(key) });
    }
    const name = plainFunction(event.f);
    const value = rawValue(event.value as Value | undefined);
    const builder = this.#builder;
    if (type === 'invoke') {
      const index = builder.keyOf(key === null ? null : String(key));
      builder.invoke(line - 1, time, process as number, builder.functionOf(name), index, value ?? null);
    } else {
      completes(
        builder,
        {
          place: line - 1,
          time,
          process: process as number,
          type: type as string,
          f: name,
          reason: event.error,
        },
        value,
      );
    }
  }
}

function rawValue(value: Value | undefined): RawValue | undefined {
  return typeof value === 'object' && value !== null ? new ListText(JSON.stringify(value)) : value;
}

function show(value: unknown): string {
  return value === undefined ? 'none' : quoted(JSON.stringify(value));
}
