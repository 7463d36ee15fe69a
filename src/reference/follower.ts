/** A node while it follows a primary: takes entries over into its log, and acknowledges them once on disk. */
import type { Core } from './core.js';
import type { DiskRecord } from './effect.js';
import type { Append } from './message.js';

export class Follower {
  readonly #core: Core;
  readonly #term: number;
  /** The write that puts this term on disk: nothing is acknowledged before. */
  readonly #termSequence: number;
  /** Up to here the log is known to agree with the primary's. */
  #matched = 0;
  #leader: string | undefined;
  #owes = false;

  constructor(core: Core, term: number, termSequence: number) {
    this.#core = core;
    this.#term = term;
    this.#termSequence = termSequence;
  }

  /** Whether its term is on disk. */
  get isSettled(): boolean {
    return this.#core.out.isSynced(this.#termSequence);
  }

  /** Takes over what the primary sent; `message.term` is this follower's. */
  append(message: Append, now: number): void {
    const { log } = this.#core;
    this.#leader = message.from;
    const { index } = message.previous;
    if (index > log.last) this.#answer('mismatch', log.last, now);
    else if (log.termAt(index) !== message.previous.term)
      this.#answer('mismatch', log.beforeTermOf(index), now);
    else {
      this.#take(message);
      this.#matched = Math.max(this.#matched, index + message.entries.length);
      log.commitTo(Math.min(message.commit, this.#matched));
      this.#owes = true;
      this.acknowledge(now);
    }
  }

  /** Acknowledges what is on disk, where an acknowledgement is owed. */
  acknowledge(now: number): void {
    const { log } = this.#core;
    if (!this.#owes || !this.#leader || !this.isSettled) return;
    const index = Math.min(this.#matched, log.persisted);
    this.#owes = index < this.#matched;
    this.#answer('acknowledge', index, now);
  }

  #take(message: Append): void {
    const { log, out } = this.#core;
    const records: DiskRecord[] = [];
    let index = message.previous.index;
    for (const entry of message.entries) {
      index++;
      if (index <= log.last && log.termAt(index) === entry.term) continue;
      if (index <= log.last) {
        log.truncate(index - 1);
        records.push({ kind: 'truncate', index: index - 1 });
      }
      log.append(entry);
      records.push({ kind: 'entry', entry });
    }
    if (records.length > 0) log.wrote(out.write(records));
  }

  #answer(type: 'acknowledge' | 'mismatch', index: number, sentAt: number): void {
    const { out, name: from, incarnation, disk } = this.#core;
    const term = this.#term;
    if (this.#leader) out.send(this.#leader, { type, from, incarnation, sentAt, disk, term, index });
  }
}
