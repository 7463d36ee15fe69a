/**
 * How far each standby has the primary's log, and what to send it next: Raft's AppendEntries (Ongaro and
 * Ousterhout, 2014), batched and pipelined. `next` runs ahead of `match` in the hope that nothing is lost; a
 * mismatch, or an acknowledgement that stays away, takes it back.
 */
import type { Core } from './core.js';
import type { Append } from './message.js';

/** Entries in one message, and entries on their way to one standby. */
const BATCH = 1000;
const WINDOW = 4000;

/** What the primary tells of itself with every message. */
export type Extra = Pick<Append, 'deaf' | 'version' | 'configuration'>;

interface Progress {
  next: number;
  match: number;
  /** When it last acknowledged, whatever it was. */
  acknowledgedAt: number;
  /** Where `match` was at the last beat. */
  matchAtBeat: number;
}

export class Replication {
  readonly #core: Core;
  readonly #term: number;
  readonly #progress = new Map<string, Progress>();

  constructor(core: Core, term: number, now: number) {
    this.#core = core;
    this.#term = term;
    for (const node of core.others)
      this.#progress.set(node, {
        next: core.log.last + 1,
        match: 0,
        acknowledgedAt: now,
        matchAtBeat: 0,
      });
  }

  match(node: string): number {
    return node === this.#core.name ? this.#core.log.persisted : (this.#progress.get(node)?.match ?? 0);
  }

  acknowledgedAt(node: string): number {
    return this.#progress.get(node)?.acknowledgedAt ?? 0;
  }

  acknowledged(node: string, index: number, now: number): void {
    const progress = this.#progress.get(node);
    if (!progress) return;
    progress.acknowledgedAt = now;
    progress.match = Math.max(progress.match, index);
    progress.next = Math.max(progress.next, progress.match + 1);
  }

  /** Its log does not agree at what was sent: starts again after `index`. */
  mismatched(node: string, index: number): void {
    const progress = this.#progress.get(node);
    if (!progress || index + 1 >= progress.next) return;
    progress.next = Math.max(index, progress.match) + 1;
  }

  /** Sends what is new to everyone. */
  flush(extra: Extra): void {
    for (const [node, progress] of this.#progress) {
      if (progress.next <= this.#core.log.last) this.#send(node, progress, extra);
    }
  }

  /** A heartbeat to everyone; resends what has stayed unacknowledged since the last one. */
  beat(extra: Extra): void {
    for (const [node, progress] of this.#progress) {
      if (progress.match === progress.matchAtBeat && progress.match > 0) progress.next = progress.match + 1;
      progress.matchAtBeat = progress.match;
      this.#send(node, progress, extra);
    }
  }

  #send(node: string, progress: Progress, extra: Extra): void {
    const { log, out, name } = this.#core;
    const previous = progress.next - 1;
    const room = progress.match + WINDOW - previous;
    const entries = log.after(previous, Math.max(0, Math.min(BATCH, room)));
    progress.next += entries.length;
    out.send(node, {
      type: 'append',
      from: name,
      term: this.#term,
      previous: { index: previous, term: log.termAt(previous) },
      entries,
      commit: log.commit,
      ...extra,
    });
  }
}
