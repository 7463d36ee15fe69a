/**
 * What a supervisor knows of the others, and what it concludes: who is alive, and whether the primary has
 * failed. Silence proves nothing for the time in which this supervisor slept itself.
 */
import type { Configuration } from './configuration.js';
import { isAhead, type Position } from './entry.js';
import { Latest } from './latest.js';
import type { Elect, Heartbeat, Status } from './message.js';
import { ProcessPoll } from './process-poll.js';
import { quorumSize, type Settings } from './settings.js';

export class Detector {
  readonly #settings: Settings;
  readonly #nodes: Latest<Heartbeat>;
  /** When each node was first heard. */
  readonly #firstHeard = new Map<string, number>();
  readonly #peers: Latest<Status>;
  /** How far each node told that its log reaches, in which term and on which disk; and whose log has gone back since. */
  readonly #furthest = new Map<string, Heartbeat>();
  readonly #wentBack = new Set<string>();
  #elect: { at: number; message: Elect } | undefined;
  #awakeSince: number;
  readonly #startedAt: number;
  /** How long this supervisor has stood still altogether, in ms, and how long it had when each node was heard. */
  #stoodStill = 0;
  readonly #stoodStillAt = new Map<string, number>();
  /** What the power device says of processes. */
  readonly processes: ProcessPoll;

  constructor(settings: Settings, now: number) {
    this.#settings = settings;
    this.#nodes = new Latest(settings.detect.timeout / 2);
    this.#peers = new Latest(settings.detect.timeout / 2);
    this.#awakeSince = now;
    this.#startedAt = now;
    this.processes = new ProcessPoll(settings.detect.every);
  }

  heartbeat(message: Heartbeat, now: number): void {
    if (!this.#firstHeard.has(message.from)) this.#firstHeard.set(message.from, now);
    if (!this.#nodes.take(message, now)) return;
    this.#stoodStillAt.set(message.from, this.#stoodStill);
    this.#measure(message);
  }

  /** A log goes back in a later term only, where a primary has other entries; else its disk is an older copy. */
  #measure(message: Heartbeat): void {
    const { from, disk, term, position } = message;
    const before = this.#furthest.get(from);
    const isBehind = before?.disk === disk && isAhead(before.position, position);
    if (isBehind && (term <= before.term || this.#wentBack.has(from))) {
      this.#wentBack.add(from);
      return;
    }
    this.#wentBack.delete(from);
    this.#furthest.set(from, message);
  }

  status(message: Status, now: number): void {
    this.#peers.take(message, now);
  }

  elect(message: Elect, now: number): void {
    this.#elect = { at: now, message };
  }

  /**
   * This supervisor stood still until now, for `late` ms: the machine was busy, or it was stopped. After a short while
   * what it knows is still of today; on a busy machine it would know nothing otherwise.
   */
  awoke(now: number, late: number): void {
    this.#stoodStill += late;
    if (late > this.#settings.detect.timeout) this.#awakeSince = now;
  }

  /** Since when this supervisor has been awake without a gap. */
  get awakeSince(): number {
    return this.#awakeSince;
  }

  of(node: string): Heartbeat | undefined {
    return this.#nodes.of(node);
  }

  heardAt(node: string): number {
    return this.#nodes.at(node);
  }

  isAlive(node: string, now: number): boolean {
    return now - this.heardAt(node) <= this.#settings.detect.timeout;
  }

  isPeerAlive(peer: string, now: number): boolean {
    return now - this.#peers.at(peer) <= this.#settings.detect.timeout;
  }

  /** This supervisor's place among those that can decide. */
  rank(now: number): number {
    const { name, supervisors } = this.#settings;
    const able = (peer: string) => this.isPeerAlive(peer, now) && !this.#peers.of(peer)?.deaf;
    return supervisors.filter((peer) => peer < name && able(peer)).length;
  }

  /**
   * Whether it hears enough of the others for its picture to be of today. What was waiting for it while it slept is of
   * yesterday: until everybody has had the time to say something new, it does nothing.
   */
  hearsQuorum(now: number): boolean {
    const { name, supervisors, detect } = this.#settings;
    if (now - this.#awakeSince < 2 * detect.interval) return false;
    const alive = supervisors.filter((peer) => peer !== name && this.isPeerAlive(peer, now));
    return !this.#settings.quorum || alive.length + 1 >= quorumSize(this.#settings);
  }

  /** Whether `node` surely does not serve in `term`, and never will: it said so itself. */
  hasLeft(node: string, term: number): boolean {
    const last = this.of(node);
    return last !== undefined && (last.term > term || (last.term === term && !last.leading));
  }

  /** Whether `node` takes part in `term` or a later one: it has heard of it, and takes nothing from an earlier primary. */
  hasAnswered(node: string, term: number): boolean {
    return (this.of(node)?.term ?? 0) >= term;
  }

  /** Whether it is there, with the disk on which it was in sync. */
  isFit(node: string, { disks }: Configuration, now: number): boolean {
    const disk = disks[node];
    const isOther = disk !== undefined && this.of(node)?.disk !== disk;
    return this.isAlive(node, now) && !isOther && !this.#wentBack.has(node);
  }

  /** The nodes that may be promoted, the best first: who has answered in a sealed term, then by log, then by name. */
  candidates(configuration: Configuration, now: number): string[] {
    const { primary, inSync, term, active } = configuration;
    const preferred = this.#elect?.message;
    const wish = preferred?.term === term ? preferred.from : undefined;
    // One that is primary may be it again once it has stepped down, if nobody else can.
    const fit = inSync.filter(
      (node) => this.isFit(node, configuration, now) && (node !== primary || this.hasLeft(node, term)),
    );
    const isSync = this.#settings.replication === 'sync';
    const merits = (node: string) => [
      !active && this.hasAnswered(node, term),
      node !== primary,
      isSync && node === wish,
    ];
    return fit.sort((one, other) => {
      const [ones, others] = [merits(one), merits(other)];
      const at = ones.findIndex((merit, index) => merit !== others[index]);
      if (at >= 0) return ones[at] ? -1 : 1;
      if (isAhead(this.positionOf(one), this.positionOf(other))) return -1;
      if (isAhead(this.positionOf(other), this.positionOf(one))) return 1;
      return one < other ? -1 : 1;
    });
  }

  positionOf(node: string): Position {
    return this.of(node)?.position ?? { term: 0, index: 0 };
  }

  /** Why the primary, known `since` then, does not lead its term, by what it tells itself; undefined where it does. */
  idleness({ primary, term }: Configuration, since: number, now: number): string | undefined {
    const { detect } = this.#settings;
    const last = this.of(primary);
    if (last && last.term > term) return undefined;
    if (this.hasLeft(primary, term)) return 'it restarted or stepped down';
    // It cannot have heard a supervisor that slept.
    const awake = now - this.#awakeSince > detect.timeout;
    if (last?.leading && last.term === term && last.deaf && awake && this.isAlive(primary, now))
      return 'it does not hear the supervisors';
    // A primary that starts later than this supervisor cannot take over sooner than it is there.
    const couldSince = Math.max(since, this.#awakeSince, this.#firstHeard.get(primary) ?? 0);
    if (last && last.term < term && now - couldSince > detect.timeout)
      return `it did not take over in ${Math.round(now - couldSince)} ms`;
    return undefined;
  }

  /** Why this supervisor takes the primary, active `since` then, for failed; undefined where it does not. */
  reason(configuration: Configuration, since: number, now: number): string | undefined {
    const { detect, trigger, grace } = this.#settings;
    const { primary } = configuration;
    if (trigger === 'standby') return this.#asked(configuration, now);
    const idle = this.idleness(configuration, since, now);
    if (idle) return idle;
    const isPolled = detect.kind === 'process';
    if (isPolled && this.processes.lacks(primary, Math.max(since, this.#awakeSince)))
      return this.processes.lackText(now);
    return this.silence(primary, isPolled ? grace : detect.timeout, now);
  }

  /** Why the node is taken for gone after `limit` ms of silence, or where it was never heard; undefined where it is not. */
  silence(node: string, limit: number, now: number): string | undefined {
    const silent = this.#silence(node, now);
    if (this.of(node)) return silent > limit ? `no heartbeat for ${Math.round(silent)} ms` : undefined;
    const waited = now - Math.max(this.#startedAt, this.#awakeSince);
    return waited > this.#settings.grace ? `never heard in ${Math.round(waited)} ms` : undefined;
  }

  /** How long the node was silent while this supervisor was there to hear it, in ms. */
  #silence(node: string, now: number): number {
    const heardAt = this.heardAt(node);
    if (heardAt < this.#awakeSince) return now - this.#awakeSince;
    return now - heardAt - (this.#stoodStill - (this.#stoodStillAt.get(node) ?? 0));
  }

  /** Whether enough supervisors suspect the primary of this term; `own` is this supervisor's own mind. */
  isDeclared(term: number, own: boolean, now: number): boolean {
    if (this.#settings.trigger === 'standby') return own;
    let count = own ? 1 : 0;
    for (const { from, suspects } of this.#peers.all())
      if (suspects === term && this.isPeerAlive(from, now)) count++;
    return count >= quorumSize(this.#settings);
  }

  #asked(configuration: Configuration, now: number): string | undefined {
    const elect = this.#elect;
    if (elect?.message.term !== configuration.term || !configuration.inSync.includes(elect.message.from))
      return undefined;
    return now - elect.at <= this.#settings.detect.timeout ? elect.message.reason : undefined;
  }
}
