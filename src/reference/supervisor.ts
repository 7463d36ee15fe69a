/**
 * A supervisor of the reference service as a state machine. It holds one member of the register, grants
 * leases, watches the primary, and carries failovers and switchovers out: whatever the latest decided
 * configuration calls for, whoever began it. So any supervisor can carry on where another one stopped.
 */
import type { Random } from '../random.js';
import { type Change, type Configuration, initialConfiguration, isLater, resize } from './configuration.js';
import { Detector } from './detector.js';
import { ownDisk } from './disk.js';
import { type DiskRecord, type Effect, type Happening, type Machine, Outbox } from './effect.js';
import { Failover } from './failover.js';
import { Grants } from './lease.js';
import type { Accept, Heartbeat, Message, Prepare } from './message.js';
import { Acceptor, type Chosen, Proposer } from './register.js';
import { quorumSize, type Settings, selfDeciding, stagger, tickOf } from './settings.js';
import { Switchover } from './switchover.js';
import { Turns } from './turns.js';

export class SupervisorMachine implements Machine {
  readonly #settings: Settings;
  readonly #out = new Outbox();
  readonly #random: Random;
  readonly #incarnation: number;
  /** The write that puts its life on disk. */
  readonly #born: number;
  readonly #acceptor: Acceptor;
  readonly #proposer: Proposer;
  readonly #turns: Turns;
  readonly #grants: Grants;
  readonly #detector: Detector;
  readonly #failover: Failover;
  readonly #switchover: Switchover;
  /** Messages to itself, handled before the call returns. */
  #own: Message[] = [];
  /** The latest configuration that it knows to have been decided. */
  #known: Configuration;
  #suspects: number | null = null;
  /** Since when it has accepted what it does not know to be decided. */
  #doubtSince: number | undefined;
  #statusAt: number;
  #tickAt: number;

  constructor(settings: Settings, records: readonly DiskRecord[], random: Random, now: number) {
    const initial = initialConfiguration(settings);
    const send = (to: string, message: Message) => this.#send(to, message);
    const members = settings.quorum ? settings.supervisors : [settings.name];
    this.#settings = settings;
    this.#random = random;
    this.#incarnation = random.next();
    ownDisk(settings.name, records, random, this.#out);
    const lives = records.flatMap((record) => (record.kind === 'life' ? [record.life] : []));
    const life = Math.max(0, ...lives) + 1;
    this.#born = this.#out.write([{ kind: 'life', life }]);
    this.#acceptor = new Acceptor(settings.name, this.#out, initial, records);
    const { name, supervisors } = settings;
    this.#proposer = new Proposer(name, supervisors, life, members, quorumSize(settings), send);
    this.#turns = new Turns(settings, random);
    this.#grants = new Grants(settings.lease || 0, now);
    this.#detector = new Detector(settings, now);
    this.#known = initial;
    for (const record of records) if (record.kind === 'known') this.#known = record.configuration;
    this.#failover = new Failover(settings, this.#out, this.#detector, this.#known, now);
    this.#switchover = new Switchover(settings, this.#out, this.#detector);
    this.#statusAt = now;
    this.#tickAt = now;
  }

  handle(happening: Happening, now: number): Effect[] {
    const late = now - this.#tickAt;
    if (late > tickOf(this.#settings)) this.#detector.awoke(now, late);
    if (happening.type === 'message') this.#message(happening.message, now);
    else if (happening.type === 'synced') this.#out.synced(happening.sequence);
    else if (happening.type === 'fenced') this.#failover.fenced(happening.id, happening.ok, now);
    else if (happening.type === 'listed') this.#detector.processes.answered(happening.id, happening.running);
    else if (happening.type === 'switchover') this.#askSwitchover(happening.request, happening.to, now);
    else if (happening.type === 'read' || happening.type === 'write' || happening.type === 'change')
      this.#out.answer(happening.request, 404, { error: 'expected a node, found a supervisor' });
    this.#settle(now);
    if (now >= this.#tickAt) this.#tick(now);
    this.#act(now);
    this.#settle(now);
    return this.#out.drain();
  }

  wakeAt(): number {
    return this.#tickAt;
  }

  /** The latest configuration that it knows to have been decided. */
  get known(): Configuration {
    return this.#known;
  }

  /** What it knows, for whoever asks. */
  state(now: number): object {
    const { nodes, name } = this.#settings;
    return {
      supervisor: name,
      configuration: this.#known,
      suspects: this.#suspects,
      alive: nodes.filter((node) => this.#detector.isAlive(node, now)),
    };
  }

  #send(to: string, message: Message): void {
    if (to === this.#settings.name) this.#own.push(message);
    else this.#out.send(to, message);
  }

  /** Handles what it told itself, until there is nothing more. */
  #settle(now: number): void {
    this.#acceptor.release((to, message) => this.#send(to, message));
    while (this.#own.length > 0) {
      this.#message(this.#own.shift() as Message, now);
      this.#acceptor.release((to, message) => this.#send(to, message));
    }
  }

  #message(message: Message, now: number): void {
    if (message.type === 'heartbeat') this.#heartbeat(message, now);
    else if (message.type === 'status') {
      this.#detector.status(message, now);
      this.#learn(message.configuration, undefined, now);
    } else if (message.type === 'members') {
      const { term, version, inSync, disks } = message;
      this.#propose(resize(term, version, inSync, disks), now);
    } else if (message.type === 'elect') this.#detector.elect(message, now);
    else if (message.type === 'prepare') this.#accommodate(message, this.#acceptor.prepare(message), now);
    else if (message.type === 'accept')
      this.#accommodate(message, this.#acceptor.accept(message, this.#grants.outstanding(now)), now);
    else if (message.type === 'promise') this.#proposer.promised(message);
    else if (message.type === 'accepted') this.#chosen(this.#proposer.accepted(message), now);
    else if (message.type === 'refuse' && this.#proposer.refused(message)) this.#turns.makeWay(now);
  }

  /** Answers a heartbeat, and grants the lease of a primary that no later term has replaced here. */
  #heartbeat(message: Heartbeat, now: number): void {
    this.#detector.heartbeat(message, now);
    if (message.configuration) this.#learn(message.configuration, undefined, now);
    const { term: latest, incarnation: life } = this.#known;
    // Started again, a node does not lead the term that it led before.
    const isOther = message.term === latest && life !== null && life !== message.incarnation;
    const granted =
      message.leading && message.term >= this.#acceptor.value.term && message.term >= latest && !isOther;
    if (granted) this.#grants.grant(now);
    const { from, incarnation, sentAt, term } = message;
    const configuration = this.#known;
    const name = this.#settings.name;
    this.#out.send(from, { type: 'renewal', from: name, incarnation, sentAt, term, granted, configuration });
  }

  /** Another's round has been let through here. */
  #accommodate(message: Prepare | Accept, granted: boolean, now: number): void {
    if (granted && message.from !== this.#settings.name) this.#turns.makeWay(now);
  }

  #chosen(chosen: Chosen | undefined, now: number): void {
    if (!chosen) return;
    const { configuration, changed, outstanding } = chosen;
    // Who began it may have been overtaken, and not learn that it was decided after all: who finished it goes on.
    const finished = isLater(configuration, this.#known);
    this.#learn(configuration, outstanding, now);
    if (changed || finished) this.#failover.decided(configuration, now);
    const decided: Message = { type: 'decided', from: this.#settings.name, configuration: this.#known };
    for (const node of this.#settings.nodes) this.#out.send(node, decided);
    this.#tell(now);
  }

  /** `outstanding` is known where this supervisor has just been told it by a quorum. */
  #learn(configuration: Configuration, outstanding: number | undefined, now: number): void {
    const { lease, quorum } = this.#settings;
    if (outstanding !== undefined || isLater(configuration, this.#known))
      this.#failover.learned(configuration, now + (outstanding ?? (lease || 0)), now);
    if (!isLater(configuration, this.#known)) return;
    this.#known = configuration;
    this.#turns.settled();
    this.#suspects = null;
    this.#out.write([{ kind: 'known', configuration }]);
    if (!quorum && isLater(configuration, this.#acceptor.value)) this.#acceptor.adopt(configuration);
  }

  #tick(now: number): void {
    const { detect, trigger } = this.#settings;
    this.#tickAt = now + tickOf(this.#settings);
    const busySince = this.#proposer.busySince;
    if (busySince !== undefined && now - busySince > this.#turns.patience) {
      this.#proposer.abandon();
      this.#turns.gaveUp(now);
    }
    if (detect.kind === 'process' && trigger === 'supervisor') {
      const id = this.#detector.processes.due(now);
      if (id !== undefined) this.#out.put({ type: 'list', id });
    }
    if (now >= this.#statusAt) this.#tell(now);
  }

  /** Does what the configuration calls for, as far as it is this supervisor's turn. */
  #act(now: number): void {
    if (selfDeciding(this.#settings)) {
      this.#switchover.act(this.#known, now, (to, message) => this.#send(to, message));
      return;
    }
    const suspects = this.#failover.suspects(now);
    if (suspects !== this.#suspects) {
      this.#suspects = suspects;
      this.#tell(now);
    }
    this.#switchover.act(this.#known, now, (to, message) => this.#send(to, message));
    const change = this.#failover.act(now) ?? this.#inquiry(now);
    if (change) this.#propose(change, now);
  }

  #propose(change: Change, now: number): void {
    if (!this.#out.isSynced(this.#born) || !this.#turns.mayPropose(now)) return;
    this.#proposer.propose(change, this.#acceptor.promised, now);
  }

  /**
   * This member accepted something and never learned whether it was decided, because who proposed it died:
   * a change that changes nothing finds out.
   */
  #inquiry(now: number): Change | undefined {
    const inDoubt = isLater(this.#acceptor.value, this.#known) && this.#detector.hearsQuorum(now);
    if (!inDoubt) this.#doubtSince = undefined;
    else this.#doubtSince ??= now;
    const patience = (this.#detector.rank(now) + 2) * stagger(this.#settings);
    return this.#doubtSince !== undefined && now - this.#doubtSince > patience ? () => undefined : undefined;
  }

  #askSwitchover(request: number, to: string, now: number): void {
    const refusal = this.#failover.isUnderWay(now)
      ? 'a failover is going on'
      : this.#switchover.ask(this.#known, to, this.#random.next(), now);
    if (refusal) {
      this.#out.answer(request, 409, { error: refusal });
      return;
    }
    this.#out.answer(request, 200, { to });
  }

  #tell(now: number): void {
    this.#statusAt = now + this.#settings.detect.interval;
    const { name, supervisors } = this.#settings;
    // What it does not hear says nothing of others while it hears nobody.
    const deaf = !this.#detector.hearsQuorum(now);
    for (const peer of supervisors)
      if (peer !== name)
        this.#out.send(peer, {
          type: 'status',
          from: name,
          incarnation: this.#incarnation,
          sentAt: now,
          deaf,
          configuration: this.#known,
          suspects: deaf ? null : this.#suspects,
        });
  }
}
