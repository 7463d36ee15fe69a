/**
 * The replicated log in memory, with the state that its committed entries give. Indexes count from 1.
 *
 *     1 ........ commit ........ persisted ........ last
 *     | applied to the state    | on disk here      | in memory
 */
import type { DiskRecord } from './effect.js';
import type { Entry, Position } from './entry.js';
import type { Value } from './settings.js';

export class ReplicatedLog {
  readonly #entries: Entry[] = [];
  #state = new Map<string, Value>();
  /** The state as it is when all entries are committed. */
  #latest = new Map<string, Value>();
  #commit = 0;
  #persisted = 0;
  /** Writes on their way to the disk: once `sequence` is there, so is everything up to `index`. */
  #writes: { sequence: number; index: number }[] = [];
  /** The highest term that this node has taken part in, as the records have it. */
  readonly replayedTerm: number;

  constructor(records: readonly DiskRecord[]) {
    let term = 0;
    for (const record of records) {
      if (record.kind === 'term') term = Math.max(term, record.term);
      else if (record.kind === 'truncate') this.#entries.length = record.index;
      else if (record.kind === 'entry') {
        this.#entries.push(record.entry);
        term = Math.max(term, record.entry.term);
      }
    }
    for (const entry of this.#entries) this.#note(entry);
    this.replayedTerm = term;
    this.#persisted = this.#entries.length;
  }

  get last(): number {
    return this.#entries.length;
  }

  get commit(): number {
    return this.#commit;
  }

  get persisted(): number {
    return this.#persisted;
  }

  /** How far the log reaches on disk. */
  get position(): Position {
    return { term: this.termAt(this.#persisted), index: this.#persisted };
  }

  /** The term of the entry at `index`; 0 before the first. */
  termAt(index: number): number {
    return this.#entries[index - 1]?.term ?? 0;
  }

  /** The entries after `index`, at most `limit`. */
  after(index: number, limit: number): Entry[] {
    return this.#entries.slice(index, index + limit);
  }

  append(entry: Entry): number {
    this.#note(entry);
    return this.#entries.push(entry);
  }

  /** The last entry before `index` whose term differs from the one at `index`: where to look for agreement. */
  beforeTermOf(index: number): number {
    const term = this.termAt(index);
    let before = index - 1;
    while (before > 0 && this.termAt(before) === term) before--;
    return before;
  }

  /** Drops everything after `index`, even what had been applied (only `sync` never does that). */
  truncate(index: number): void {
    this.#entries.length = index;
    this.#latest = new Map();
    for (const entry of this.#entries) this.#note(entry);
    this.#persisted = Math.min(this.#persisted, index);
    for (const write of this.#writes) write.index = Math.min(write.index, index);
    if (this.#commit <= index) return;
    this.#commit = index;
    this.#state = new Map();
    for (const entry of this.#entries) this.#apply(entry);
  }

  /** Everything up to the last entry has been handed to the disk under `sequence`. */
  wrote(sequence: number): void {
    this.#writes.push({ sequence, index: this.last });
  }

  /** Everything up to the write `sequence` is on disk. */
  synced(sequence: number): void {
    let done = 0;
    for (const write of this.#writes) {
      if (write.sequence > sequence) break;
      this.#persisted = Math.max(this.#persisted, write.index);
      done++;
    }
    if (done > 0) this.#writes.splice(0, done);
  }

  commitTo(index: number): void {
    const end = Math.min(index, this.last);
    while (this.#commit < end) this.#apply(this.#entries[this.#commit++] as Entry);
  }

  /** The committed value; null: nothing there. */
  read(key: string): Value {
    return this.#state.get(key) ?? null;
  }

  /** The value of the last entry about a key, committed or not; null: nothing there. */
  latest(key: string): Value {
    return this.#latest.get(key) ?? null;
  }

  #note({ key, value }: Entry): void {
    if (key !== null) this.#latest.set(key, value);
  }

  #apply(entry: Entry): void {
    if (entry.key !== null) this.#state.set(entry.key, entry.value);
  }
}
