/** Histories as JSON, one event to a line in the order of time (json-events.ts). Our own history.jsonl is one, too. */
import { JsonEvents } from './json-events.js';
import type { OperationTable } from './operation-table.js';
import { type HistoryReader, LineSplitter } from './reader.js';

export class JsonlReader implements HistoryReader {
  readonly #events: JsonEvents;
  readonly #splitter = new LineSplitter((buffer, from, to, line) =>
    this.#events.take(buffer, from, to, line, 1, line - 1),
  );

  constructor(file: string) {
    this.#events = new JsonEvents(file, 'line');
  }

  feed(chunk: Buffer): void {
    this.#splitter.feed(chunk);
  }

  end(): OperationTable {
    this.#splitter.end();
    return this.#events.build();
  }
}
