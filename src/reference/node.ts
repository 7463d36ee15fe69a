/**
 * A node of the reference service as a state machine: primary of a term, or standby. It learns from the
 * supervisors who is primary, replicates accordingly, and serves only while it is entitled to.
 */
import type { Random } from '../random.js';
import { type Configuration, initialConfiguration, isFirst, isLater, nextTerm } from './configuration.js';
import { Core } from './core.js';
import { ownDisk } from './disk.js';
import { type DiskRecord, type Effect, type Happening, type Machine, Outbox } from './effect.js';
import { Follower } from './follower.js';
import { ReplicatedLog } from './log.js';
import type { Append, Message } from './message.js';
import { Office } from './office.js';
import { heartbeatOf, type NodeStatus, type Standing, statusOf } from './report.js';
import { type Settings, selfDeciding, tickOf } from './settings.js';
import { Watch } from './watch.js';

export class NodeMachine implements Machine {
  readonly #core: Core;
  readonly #out = new Outbox();
  readonly #watch: Watch;
  #term: number;
  /** The latest term that is on disk. */
  #told: number;
  #follower: Follower;
  #office: Office | undefined;
  /** Chosen as primary; waits until the new term is on disk, because it must not lead the same term twice. */
  #appointed: { configuration: Configuration; begun: boolean } | undefined;
  /** Whether it told that it is primary. */
  #announced = false;
  /** Writes accepted as primary in this term, once it left the office. */
  #accepted = 0;
  #yieldedTo: string | null = null;
  #leaderHeardAt = Number.NEGATIVE_INFINITY;
  /** The latest configuration that the primary is known to know. */
  #leaderVersion = 0;
  #beatAt: number;
  #tickAt: number;

  constructor(settings: Settings, records: readonly DiskRecord[], random: Random, now: number) {
    const log = new ReplicatedLog(records);
    const disk = ownDisk(settings.name, records, random, this.#out);
    this.#core = new Core(settings, this.#out, log, random, disk, now);
    this.#watch = new Watch(this.#core, now);
    this.#term = log.replayedTerm;
    this.#told = this.#term;
    this.#follower = new Follower(this.#core, this.#term, 0);
    this.#beatAt = now;
    this.#tickAt = now;
    if (selfDeciding(settings)) this.#decided(initialConfiguration(settings), now);
  }

  handle(happening: Happening, now: number): Effect[] {
    this.#notice(now);
    if (happening.type === 'message') this.#message(happening.message, now);
    else if ('key' in happening) this.#serve(happening, now);
    else if (happening.type === 'synced') this.#synced(happening.sequence, now);
    else if (happening.type === 'flush') this.#office?.flush(now);
    else if (happening.type === 'listed') this.#watch.listed(happening.id, happening.running);
    else if (happening.type === 'fenced') this.#watch.fenced(happening.id, happening.ok, now);
    else if (happening.type === 'switchover')
      this.#out.answer(happening.request, 404, { error: 'expected a supervisor, found a node' });
    if (now >= this.#tickAt) this.#tick(now);
    this.#announce(now);
    return this.#out.drain();
  }

  wakeAt(): number {
    const until = this.#announced ? (this.#office?.lease.until ?? Infinity) : Infinity;
    return Math.min(this.#tickAt, until);
  }

  /** Whether a `flush` would do something. */
  get dirty(): boolean {
    return this.#office?.dirty ?? false;
  }

  /** The term that it takes part in. */
  get term(): number {
    return this.#term;
  }

  /** Whether it would serve a client at this moment. */
  entitled(now: number): boolean {
    return this.#office?.serving(now) ?? false;
  }

  status(now: number): NodeStatus {
    return statusOf(this.#core, this.#standing, now);
  }

  /** First of all: was this process asleep, and has the lease run out meanwhile? */
  #notice(now: number): void {
    const { settings } = this.#core;
    if (now - this.#tickAt > settings.detect.timeout / 2) this.#core.awakeSince = now;
    const until = this.#office?.lease.until;
    if (this.#announced && until !== undefined && now >= until) this.#resign('the lease has run out', until);
  }

  #announce(now: number): void {
    const office = this.#office;
    if (!office || this.#announced || !office.serving(now)) return;
    this.#announced = true;
    const until = Number.isFinite(office.lease.until) ? { until: office.lease.until } : {};
    this.#out.log({ at: now, event: 'role', role: 'primary', term: office.term, ...until });
    this.#heartbeat(now);
  }

  #tick(now: number): void {
    const { settings } = this.#core;
    this.#tickAt = now + tickOf(settings);
    if (!this.#office && !this.#appointed) {
      const configuration = this.#watch.check(now);
      if (configuration) this.#decided(configuration, now);
    }
    if (now < this.#beatAt) return;
    this.#beatAt = now + settings.detect.interval;
    this.#office?.beat(now);
    this.#office?.advance(now);
    this.#checkHandOver(now);
    this.#heartbeat(now);
    if (selfDeciding(settings)) this.#announceDecision();
  }

  #message(message: Message, now: number): void {
    if (message.type === 'append') this.#append(message, now);
    else if (message.type === 'renewal') {
      this.#core.heard.set(message.from, now);
      const mine = message.incarnation === this.#core.incarnation && message.term === this.#office?.term;
      if (mine && message.granted) this.#office?.lease.granted(message.from, message.sentAt);
      this.#decided(message.configuration, now);
    } else if (message.type === 'decided') this.#decided(message.configuration, now);
    else if (message.type === 'outdated') {
      if (message.term > this.#term) this.#resign('there is a later term', now);
    } else if (message.type === 'acknowledge' || message.type === 'mismatch') {
      if (this.#office?.term !== message.term) return;
      this.#office.replication.answered(message, now);
      this.#advance(this.#office, now);
      if (message.type === 'mismatch') this.#office?.flush(now);
    } else if (message.type === 'begin') {
      if (this.#appointed && message.term === this.#term) this.#appointed.begun = true;
      this.#takeOffice(now);
    } else if (message.type === 'hand-over') {
      this.#office?.handOver(message, now);
      this.#checkHandOver(now);
    }
  }

  #serve(happening: Extract<Happening, { key: string }>, now: number): void {
    const { type, request, key } = happening;
    if (!this.#office) this.#refuse(request);
    else if (type === 'read') this.#office.read(request, key, now);
    else if (type === 'write') this.#office.write(request, key, happening.value, now);
    else this.#office.change(request, key, happening.change, now);
  }

  #refuse(request: number): void {
    const { configuration, name } = this.#core;
    const { active, primary } = configuration;
    const hint = active && primary !== name ? { primary } : {};
    this.#out.answer(request, 421, { error: 'not primary', ...hint });
  }

  #append(message: Append, now: number): void {
    if (message.configuration) this.#decided(message.configuration, now);
    if (message.term < this.#term) {
      this.#out.send(message.from, { type: 'outdated', from: this.#core.name, term: this.#term });
      return;
    }
    if (message.term === this.#term && (this.#office || this.#appointed)) return;
    if (message.term > this.#term) this.#follow(message.term, now);
    if (!message.deaf) {
      this.#leaderHeardAt = now;
      this.#watch.heard(now);
    }
    this.#leaderVersion = Math.max(this.#leaderVersion, message.version);
    this.#follower.append(message, now);
  }

  #synced(sequence: number, now: number): void {
    const { out, log } = this.#core;
    out.synced(sequence);
    log.synced(sequence);
    if (this.#told !== this.#term && this.#follower.isSettled) {
      this.#told = this.#term;
      // Whoever is to choose among those that have left the term before waits for it.
      if (!this.#core.configuration.active) this.#heartbeat(now);
    }
    this.#takeOffice(now);
    if (this.#office) this.#advance(this.#office, now);
    else this.#follower.acknowledge(now);
  }

  /** Where it is appointed, has that on disk and may begin. */
  #takeOffice(now: number): void {
    if (!this.#appointed?.begun || this.#told !== this.#term) return;
    this.#office = new Office(this.#core, this.#appointed.configuration, now);
    this.#appointed = undefined;
    this.#office.beat(now);
    this.#heartbeat(now);
  }

  /** Something is on disk, here or at a standby, or another set was decided. */
  #advance(office: Office, now: number): void {
    office.advance(now);
    if (office.hasNewHolder(now)) this.#heartbeat(now);
    this.#checkHandOver(now);
  }

  /** A configuration was decided, here or elsewhere. */
  #decided(configuration: Configuration, now: number): void {
    const before = this.#core.configuration;
    if (!isLater(configuration, before)) return;
    const { name } = this.#core;
    this.#core.configuration = configuration;
    if (configuration.term > before.term || configuration.active !== before.active) this.#watch.reset(now);
    if (before.version > 0 && !before.inSync.includes(name) && configuration.inSync.includes(name))
      this.#out.log({ at: now, event: 'in-sync', target: name, term: configuration.term });
    if (this.#office && configuration.term > this.#office.term) this.#resign('there is a later term', now);
    if (configuration.term === this.#term && !this.#core.isChosen(configuration))
      this.#resign('the term is that of an earlier life', now);
    if (this.#office) {
      this.#office.members.decided(configuration, now);
      this.#advance(this.#office, now);
    } else if (this.#appointed && configuration.term === this.#term)
      this.#appointed.configuration = configuration;
    if (configuration.term <= this.#term) return;
    this.#follow(configuration.term, now);
    if (this.#core.isChosen(configuration)) this.#appoint(configuration);
  }

  /** With `sync` everybody in sync has everything; else it begins once it is told that nobody there has more. */
  #appoint(configuration: Configuration): void {
    const { replication } = this.#core.settings;
    const begun = replication === 'sync' || configuration.active || isFirst(configuration);
    this.#appointed = { configuration, begun };
  }

  /** Takes part in `term` from now on, and takes nothing from the primary of an earlier one. */
  #follow(term: number, now: number): void {
    this.#resign('there is a later term', now);
    this.#term = term;
    this.#yieldedTo = null;
    const sequence = this.#out.write([{ kind: 'term', term }]);
    this.#follower = new Follower(this.#core, term, sequence);
    this.#accepted = 0;
  }

  /** Leaves the office, where it holds it. `at`: since when it was not entitled any more. */
  #resign(reason: string, at: number): void {
    this.#appointed = undefined;
    if (!this.#office) return;
    this.#office.resign(reason);
    const { term } = this.#office;
    this.#accepted = this.#office.accepted;
    this.#office = undefined;
    if (this.#announced) this.#out.log({ at, event: 'role', role: 'standby', term, detail: reason });
    this.#announced = false;
    this.#beatAt = at;
  }

  #checkHandOver(now: number): void {
    const to = this.#office?.yieldsTo(now);
    if (to === undefined) return;
    this.#resign(`yielded to ${to}`, now);
    this.#yieldedTo = to;
    const { settings, configuration } = this.#core;
    if (selfDeciding(settings)) {
      const [version, term] = [configuration.version + 1, nextTerm(settings, configuration.term)];
      this.#decided({ ...configuration, version, term, primary: to, incarnation: null }, now);
      this.#announceDecision();
    }
    this.#heartbeat(now);
  }

  /** Where the nodes decide: tells the one that is to be primary until it is heard. */
  #announceDecision(): void {
    const { configuration, name, others } = this.#core;
    if (this.#office || configuration.primary === name) return;
    for (const node of others) this.#out.send(node, { type: 'decided', from: name, configuration });
  }

  #heartbeat(now: number): void {
    const heartbeat = heartbeatOf(this.#core, this.#standing, now);
    for (const supervisor of this.#core.settings.supervisors) this.#out.send(supervisor, heartbeat);
  }

  get #standing(): Standing {
    return {
      term: this.#term,
      told: this.#told,
      office: this.#office,
      appointed: this.#appointed !== undefined,
      yieldedTo: this.#yieldedTo,
      accepted: this.#accepted,
      leaderHeardAt: this.#leaderHeardAt,
      leaderVersion: this.#leaderVersion,
    };
  }
}
