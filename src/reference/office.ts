/**
 * A node while it is the primary of a term. It leaves the office for good: by a later term, by the end of its
 * lease, or by yielding in a switchover; to be primary again it needs a new term.
 *
 *     appointed -> its log is there, the term begins ("active"), its lease runs: serving -> resigned
 *
 * Everything that an earlier primary may have acknowledged is committed by the time its no-op is (Raft, 5.4.2),
 * so reads that are served from here on are up to date.
 */
import { answerTo, type Change, changed } from './change.js';
import type { Configuration } from './configuration.js';
import type { Core } from './core.js';
import { HELD, Lease } from './lease.js';
import { Membership } from './membership.js';
import type { Establishing, HandOver } from './message.js';
import { type Extra, Replication } from './replication.js';
import { quorumSize, selfDeciding, type Value } from './settings.js';

interface PendingWrite {
  index: number;
  request: number;
  at: number;
  /** The value that it is answered with; undefined where it is answered with none. */
  answer: Value | undefined;
}

export class Office {
  readonly term: number;
  readonly lease: Lease;
  readonly replication: Replication;
  readonly members: Membership;
  readonly #core: Core;
  readonly #noop: number;
  /** When it was appointed: before, nobody had to hear it. */
  readonly #since: number;
  /** Writes in the log that were not answered yet, in the log's order. */
  #pending: PendingWrite[] = [];
  #accepted = 0;
  /** Entries up to here have been handed to the disk. */
  #written: number;
  /** While the term is sealed: how many hold its log, as was told last. */
  #holders = 0;
  #handOver: { to: string; id: number; deadline: number } | undefined;

  constructor(core: Core, configuration: Configuration, now: number) {
    const { settings, log } = core;
    this.#core = core;
    this.term = configuration.term;
    this.#since = now;
    this.lease = new Lease(
      selfDeciding(settings) ? 0 : quorumSize(settings),
      HELD * (settings.lease || Infinity),
    );
    this.replication = new Replication(core, this.term, now);
    this.members = new Membership(core, this.replication, configuration);
    this.#written = log.last;
    this.#noop = log.append({ term: this.term, key: null, value: null });
    this.flush(now);
  }

  get accepted(): number {
    return this.#accepted;
  }

  /** Whether one more holds its log since this was asked last. */
  hasNewHolder(now: number): boolean {
    const before = this.#holders;
    this.#holders = Object.keys(this.establishing(now)?.holders ?? {}).length;
    return this.#holders > before;
  }

  /** Whether it may answer clients at this very moment. */
  serving(now: number): boolean {
    return this.members.isActive && this.#core.log.commit >= this.#noop && now < this.lease.until;
  }

  /** While the term is sealed: whose logs are as far as this one's. */
  establishing(now: number): Establishing | undefined {
    return this.members.isActive ? undefined : this.members.establishing(this.#noop, now);
  }

  /** Whether entries wait for `flush`. */
  get dirty(): boolean {
    return this.#written < this.#core.log.last;
  }

  /** It has not heard enough supervisors for the time-out: whatever it decides, they may have gone on. */
  deaf(now: number): boolean {
    const { settings, awakeSince } = this.#core;
    if (selfDeciding(settings)) return false;
    return now - Math.max(this.#core.heardQuorumAt(), awakeSince, this.#since) > settings.detect.timeout;
  }

  read(request: number, key: string, now: number): void {
    const { out, log, name } = this.#core;
    if (this.serving(now)) out.answer(request, 200, { value: log.read(key), node: name, term: this.term });
    else out.answer(request, 503, { error: 'the primary may not serve yet' });
  }

  write(request: number, key: string, value: Value, now: number, answer?: Value): void {
    if (!this.#accepts(request, now)) return;
    this.#accepted++;
    const index = this.#core.log.append({ term: this.term, key, value });
    this.#pending.push({ index, request, at: now, answer });
  }

  /** By the value that the log will have left when all of it is committed: the change comes after that. */
  change(request: number, key: string, change: Change, now: number): void {
    if (!this.#accepts(request, now)) return;
    const { out, log } = this.#core;
    const found = log.latest(key);
    const value = changed(found, change);
    if (value === undefined) out.answer(request, 409, { error: `found ${JSON.stringify(found)}` });
    else this.write(request, key, value, now, answerTo(found, change));
  }

  /** Whether it takes a write at this moment; says why not. */
  #accepts(request: number, now: number): boolean {
    if (this.serving(now) && !this.#handOver) return true;
    const error = this.#handOver ? 'a switchover is going on' : 'the primary may not serve yet';
    this.#core.out.answer(request, 503, { error });
    return false;
  }

  /** Hands what is new to the disk and to the standbys, in one batch. */
  flush(now: number): void {
    const { out, log } = this.#core;
    if (this.dirty) {
      const entries = log.after(this.#written, log.last - this.#written);
      this.#written = log.last;
      log.wrote(out.write(entries.map((entry) => ({ kind: 'entry', entry }))));
    }
    this.replication.flush(this.#extra(now));
  }

  /** Commits what the replication mode allows, and answers the writes in it. */
  advance(now: number): void {
    const { out, log, name } = this.#core;
    const index = this.#committable();
    if (index < this.#noop || index <= log.commit) return;
    log.commitTo(index);
    let done = 0;
    for (const write of this.#pending) {
      if (write.index > index) break;
      const { request, answer: value } = write;
      if (now < this.lease.until) out.answer(request, 200, { value, node: name, term: this.term });
      else out.answer(request, 500, { error: 'in doubt: the lease has run out' });
      done++;
    }
    if (done > 0) this.#pending.splice(0, done);
  }

  /** At each interval: heartbeats, the in-sync set, writes that wait for too long. */
  beat(now: number): void {
    const { out, log, settings } = this.#core;
    this.members.review(now, log.commit >= this.#noop);
    this.replication.beat(this.#extra(now));
    const patience = Math.max(2000, 5 * settings.detect.timeout);
    const late = this.#pending.findIndex((write) => now - write.at <= patience);
    for (const write of this.#pending.splice(0, late === -1 ? this.#pending.length : late))
      out.answer(write.request, 504, { error: 'in doubt: not acknowledged by the standbys in time' });
  }

  /** Begins to hand over, where it can: no more writes; those that it has are brought to everybody. */
  handOver(message: HandOver, now: number): void {
    if (message.term !== this.term || this.#handOver?.id === message.id) return;
    if (!this.serving(now) || !this.members.includes(message.to)) return;
    this.#handOver = {
      to: message.to,
      id: message.id,
      deadline: now + 2 * this.#core.settings.detect.timeout,
    };
  }

  /** The node to yield to, once it has everything. Takes up writes again where that takes too long. */
  yieldsTo(now: number): string | undefined {
    if (!this.#handOver) return undefined;
    const { log } = this.#core;
    const { to, deadline } = this.#handOver;
    if (now > deadline) this.#handOver = undefined;
    else if (log.commit === log.last && this.replication.match(to) === log.last) return to;
    return undefined;
  }

  /** Leaves the office: whoever still waits for an answer will not know. */
  resign(reason: string): void {
    for (const write of this.#pending)
      this.#core.out.answer(write.request, 500, { error: `in doubt: ${reason}` });
    this.#pending = [];
    // What was not handed to the disk yet goes there now, so that disk and memory agree.
    if (this.dirty) {
      const { out, log } = this.#core;
      const entries = log.after(this.#written, log.last - this.#written);
      this.#written = log.last;
      log.wrote(out.write(entries.map((entry) => ({ kind: 'entry', entry }))));
    }
  }

  #committable(): number {
    const { log, settings } = this.#core;
    const standbys = this.members.standbys;
    if (settings.replication === 'async' || standbys.length === 0) return log.persisted;
    const matches = standbys.map((node) => this.replication.match(node));
    const held = settings.replication === 'sync' ? Math.min(...matches) : Math.max(...matches);
    return Math.min(log.persisted, held);
  }

  #extra(now: number): Extra {
    const { settings, configuration } = this.#core;
    const { version } = configuration;
    return { deaf: this.deaf(now), version, ...(selfDeciding(settings) ? { configuration } : {}) };
  }
}
