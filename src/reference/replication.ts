/**
 * How far each standby has the primary's log, and what to send it next: Raft's AppendEntries (Ongaro and
 * Ousterhout, 2014), batched and pipelined. `next` runs ahead of `match` in the hope that nothing is lost; a
 * mismatch, or an acknowledgement that stays away, takes it back.
 */
import type { Core } from './core.js';
import { Latest } from './latest.js';
import type { Acknowledge, Append, Mismatch } from './message.js';

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
  /** The life and the disk that `match` is of. */
  incarnation: number | undefined;
  disk: number | undefined;
  /** It had acknowledged more than it has: its disk was lost, or is an older copy. */
  lost: boolean;
}

export class Replication {
  readonly #core: Core;
  readonly #term: number;
  readonly #progress = new Map<string, Progress>();
  /** What comes late from an earlier life says nothing of what its sender has today. */
  readonly #answers: Latest<Acknowledge | Mismatch>;

  constructor(core: Core, term: number, now: number) {
    this.#core = core;
    this.#term = term;
    this.#answers = new Latest(core.settings.detect.timeout / 2);
    for (const node of core.others)
      this.#progress.set(node, {
        next: core.log.last + 1,
        match: 0,
        acknowledgedAt: now,
        matchAtBeat: 0,
        incarnation: undefined,
        disk: undefined,
        lost: false,
      });
  }

  match(node: string): number {
    return node === this.#core.name ? this.#core.log.persisted : (this.#progress.get(node)?.match ?? 0);
  }

  acknowledgedAt(node: string): number {
    return this.#progress.get(node)?.acknowledgedAt ?? 0;
  }

  /** The disk that a standby has its log on; undefined before it has answered. */
  diskOf(node: string): number | undefined {
    return node === this.#core.name ? this.#core.disk : this.#progress.get(node)?.disk;
  }

  /** Whether it has lost what it had acknowledged, until it is waited for anew (`rejoins`). */
  hasLost(node: string): boolean {
    return this.#progress.get(node)?.lost ?? false;
  }

  rejoins(node: string): void {
    const progress = this.#progress.get(node);
    if (progress) progress.lost = false;
  }

  answered(message: Acknowledge | Mismatch, now: number): void {
    const progress = this.#progress.get(message.from);
    if (!progress || !this.#answers.take(message, now)) return;
    this.#recognise(progress, message);
    const { type, index } = message;
    if (type === 'acknowledge') {
      progress.acknowledgedAt = now;
      progress.match = Math.max(progress.match, index);
      progress.next = Math.max(progress.next, progress.match + 1);
    } else if (index + 1 < progress.next) progress.next = Math.max(index, progress.match) + 1;
  }

  /** In one life nobody goes back behind what it acknowledged. In another one it may: the disk is another, or was. */
  #recognise(progress: Progress, { type, index, incarnation, disk }: Acknowledge | Mismatch): void {
    const isNew = progress.incarnation !== undefined && progress.incarnation !== incarnation;
    if (isNew && (progress.disk !== disk || (type === 'mismatch' && index < progress.match))) {
      progress.lost = true;
      progress.match = 0;
      progress.matchAtBeat = 0;
    }
    progress.incarnation = incarnation;
    progress.disk = disk;
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
