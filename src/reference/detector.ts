/**
 * What a supervisor knows of the others, and what it concludes: who is alive, and whether the primary has
 * failed. Silence proves nothing for the time in which this supervisor slept itself.
 */
import type { Configuration } from './configuration.js';
import { isAhead } from './entry.js';
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
    if (this.#nodes.take(message, now)) this.#stoodStillAt.set(message.from, this.#stoodStill);
    if (!this.#firstHeard.has(message.from)) this.#firstHeard.set(message.from, now);
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

  /** This supervisor's place among those alive. */
  rank(now: number): number {
    const { name, supervisors } = this.#settings;
    return supervisors.filter((peer) => peer < name && this.isPeerAlive(peer, now)).length;
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

  /** The nodes that may be promoted, the best first: not the old primary, then by log, then by name. */
  candidates(configuration: Configuration, now: number): string[] {
    const { primary, inSync } = configuration;
    const preferred = this.#elect?.message;
    const wish = preferred?.term === configuration.term ? preferred.from : undefined;
    const fit = inSync.filter(
      (node) =>
        this.isAlive(node, now) &&
        (node !== primary || !configuration.active || this.hasLeft(node, configuration.term)),
    );
    return fit.sort((one, other) => {
      if (configuration.active && (one === primary) !== (other === primary)) return one === primary ? 1 : -1;
      const [ones, others] = [this.of(one)?.position, this.of(other)?.position];
      if (this.#settings.replication === 'sync' && wish && (one === wish) !== (other === wish))
        return one === wish ? -1 : 1;
      if (ones && others && isAhead(ones, others)) return -1;
      if (ones && others && isAhead(others, ones)) return 1;
      return one < other ? -1 : 1;
    });
  }

  /** Why this supervisor takes the primary, active `since` then, for failed; undefined where it does not. */
  reason(configuration: Configuration, since: number, now: number): string | undefined {
    const { detect, trigger } = this.#settings;
    const { primary, term } = configuration;
    if (trigger === 'standby') return this.#asked(configuration, now);
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
    if (detect.kind === 'process')
      return this.processes.lacks(primary, Math.max(since, this.#awakeSince))
        ? this.processes.lackText(now)
        : undefined;
    const silent = this.#silence(primary, now);
    if (last) return silent > detect.timeout ? `no heartbeat for ${Math.round(silent)} ms` : undefined;
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
