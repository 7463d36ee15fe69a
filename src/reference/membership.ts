/**
 * The in-sync set as its primary sees it. The primary always waits for at least the nodes that are in the
 * decided set, so that any of them may be promoted:
 *
 *   - a standby is removed by asking the supervisors, and waited for until they have decided;
 *   - a standby that has caught up is waited for first, and only then asked to be added; if the answer stays
 *     away it goes on being waited for, until a later version without it is seen.
 *
 * A primary that does not hear the supervisors asks for nothing: it is the one that is cut off.
 */
import type { Configuration, Disks } from './configuration.js';
import type { Core } from './core.js';
import type { Establishing } from './message.js';
import type { Replication } from './replication.js';
import { selfDeciding } from './settings.js';

export class Membership {
  readonly #core: Core;
  readonly #replication: Replication;
  #configuration: Configuration;
  /** Nodes asked to be added, with the version that the request builds on. */
  readonly #joining = new Map<string, number>();
  #askedAt = Number.NEGATIVE_INFINITY;
  #asked = 0;
  #waitedFor: string[] = [];

  constructor(core: Core, replication: Replication, configuration: Configuration) {
    this.#core = core;
    this.#replication = replication;
    this.#configuration = configuration;
    this.#settle();
  }

  /** The standbys whose acknowledgement a write needs under `sync`. */
  get standbys(): readonly string[] {
    return this.#waitedFor;
  }

  /** Whether the term has begun: before, it may not serve. */
  get isActive(): boolean {
    return this.#configuration.active;
  }

  includes(node: string): boolean {
    return this.#configuration.inSync.includes(node);
  }

  /** The supervisors have decided on another set in this term. */
  decided(configuration: Configuration, now: number): void {
    const { out, name } = this.#core;
    const before = this.#configuration.inSync;
    this.#configuration = configuration;
    for (const target of configuration.inSync)
      if (!before.includes(target)) out.log({ at: now, event: 'in-sync', target, term: configuration.term });
    for (const target of before)
      if (target !== name && !configuration.inSync.includes(target))
        out.log({ at: now, event: 'out-of-sync', target, term: configuration.term });
    for (const [node, version] of this.#joining)
      if (configuration.version > version || configuration.inSync.includes(node)) this.#joining.delete(node);
    this.#settle();
  }

  /**
   * Asks for the set that should be, where it differs from the one that is. Nobody may join before the
   * primary knows (`established`) up to where writes were acknowledged in earlier terms.
   */
  review(now: number, established: boolean): void {
    const { settings, others, log } = this.#core;
    const { inSync, version } = this.#configuration;
    const wanted = [settings.name];
    for (const node of others) {
      const lost = this.#hasLost(node);
      const current = inSync.includes(node);
      const joining = this.#joining.has(node);
      const caughtUp = this.#replication.match(node) >= log.commit && this.#replication.match(node) > 0;
      const fresh = now - this.#replication.acknowledgedAt(node) <= settings.detect.timeout;
      const joins = established && fresh && ((joining && !this.#replication.hasLost(node)) || caughtUp);
      if (current ? !this.#isSilent(node, now) && !lost : joins) wanted.push(node);
      if (current || !joins) continue;
      this.#replication.rejoins(node);
      if (!joining) this.#joining.set(node, version);
    }
    this.#settle();
    if (!this.#configuration.active) return;
    const same = wanted.length === inSync.length && wanted.every((node) => inSync.includes(node));
    // One that fell silent while it joined: another version settles that it has not joined.
    const doubtful = [...this.#joining.keys()].some((node) => !wanted.includes(node));
    if (!same || doubtful) this.#ask(wanted, now);
  }

  /**
   * While the term is sealed: who of those in sync has everything up to `index`, and whom it is too soon to give up. To
   * give one up the supervisors must have been heard meanwhile: else it is this node that is cut off.
   */
  establishing(index: number, now: number): Establishing {
    const holders: Record<string, number> = {};
    const awaited: string[] = [];
    for (const node of this.#configuration.inSync) {
      const disk = this.#replication.diskOf(node);
      if (disk !== undefined && this.#replication.match(node) >= index) holders[node] = disk;
      else if (!this.#isSilent(node, now)) awaited.push(node);
    }
    return { holders, awaited };
  }

  /** Whether one that is in sync has lost what it had, to a disk that is another one or has gone back. */
  #hasLost(node: string): boolean {
    const { inSync, disks } = this.#configuration;
    const [known, found] = [disks[node], this.#replication.diskOf(node)];
    const isOther = known !== undefined && found !== undefined && known !== found;
    return inSync.includes(node) && (isOther || this.#replication.hasLost(node));
  }

  #isSilent(node: string, now: number): boolean {
    const { settings, awakeSince } = this.#core;
    const last = Math.max(this.#replication.acknowledgedAt(node), awakeSince);
    const heard = selfDeciding(settings) ? now : this.#core.heardQuorumAt();
    return now - last > settings.detect.timeout && heard - last >= settings.detect.timeout;
  }

  #ask(inSync: string[], now: number): void {
    const { settings, out, name } = this.#core;
    const { term, version } = this.#configuration;
    if (selfDeciding(settings)) {
      const disks = this.#disksOf(inSync);
      this.#core.configuration = { ...this.#configuration, version: version + 1, inSync, disks };
      this.decided(this.#core.configuration, now);
      return;
    }
    if (now - this.#core.heardQuorumAt() > settings.detect.timeout) return;
    if (now - this.#askedAt < settings.detect.interval) return;
    this.#askedAt = now;
    const answering = settings.supervisors.filter(
      (supervisor) => now - (this.#core.heard.get(supervisor) ?? -Infinity) <= settings.detect.timeout,
    );
    const asked = answering.length > 0 ? answering : settings.supervisors;
    const supervisor = asked[this.#asked++ % asked.length] as string;
    // An earlier request may still be decided, so whoever is to join by it goes on being waited for.
    for (const node of inSync) if (this.#joining.has(node)) this.#joining.set(node, version);
    const disks = this.#disksOf(inSync);
    out.send(supervisor, { type: 'members', from: name, term, version, inSync, disks });
  }

  #disksOf(nodes: readonly string[]): Disks {
    const disks: Record<string, number> = {};
    for (const node of nodes) {
      const disk = this.#replication.diskOf(node) ?? this.#configuration.disks[node];
      if (disk !== undefined) disks[node] = disk;
    }
    return disks;
  }

  #settle(): void {
    const set = new Set([...this.#configuration.inSync, ...this.#joining.keys()]);
    set.delete(this.#core.name);
    this.#waitedFor = [...set];
  }
}
