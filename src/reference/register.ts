/**
 * The register that holds the configuration: CASPaxos (Rystsov, 2018), which is Paxos's single decree with
 * changes in place of values. Whoever wants a change asks a quorum for the latest accepted value (prepare),
 * applies the change to it, and has the result accepted (accept); the value is then chosen. Where the change
 * no longer fits, the value that was found is written back as it is, so that it surely is the chosen one.
 */
import type { Change, Configuration } from './configuration.js';
import type { DiskRecord, Outbox } from './effect.js';
import type { Accept, Accepted, Prepare, Promised, Refuse, RegisterMessage } from './message.js';

/** One member's memory: what it promised and what it accepted. On disk before it is told to anyone. */
export class Acceptor {
  readonly #name: string;
  readonly #out: Outbox;
  #promised = 0;
  #ballot = 0;
  #value: Configuration;
  #replies: { sequence: number; to: string; message: RegisterMessage }[] = [];

  constructor(name: string, out: Outbox, initial: Configuration, records: readonly DiskRecord[]) {
    this.#name = name;
    this.#out = out;
    this.#value = initial;
    for (const record of records) {
      if (record.kind !== 'acceptor') continue;
      this.#promised = record.promised;
      this.#ballot = record.ballot;
      this.#value = record.value;
    }
  }

  get value(): Configuration {
    return this.#value;
  }

  get promised(): number {
    return this.#promised;
  }

  /** Returns whether it has promised to take part in nothing below `ballot`. */
  prepare({ from, ballot }: Prepare): boolean {
    if (ballot <= this.#promised) {
      // The same ballot is the same question, come twice: a refusal would end the round that is promised.
      if (ballot < this.#promised) this.#refuse(from, ballot);
      return false;
    }
    this.#promised = ballot;
    const [acceptedBallot, value] = [this.#ballot, this.#value];
    this.#save(from, { type: 'promise', from: this.#name, ballot, acceptedBallot, value });
    return true;
  }

  /** Returns whether it has accepted. `outstanding`: how much longer a lease that it granted may run, in ms. */
  accept({ from, ballot, value }: Accept, outstanding: number): boolean {
    if (ballot < this.#promised) {
      this.#refuse(from, ballot);
      return false;
    }
    this.#promised = ballot;
    this.#ballot = ballot;
    this.#value = value;
    this.#save(from, { type: 'accepted', from: this.#name, ballot, outstanding });
    return true;
  }

  /** Without a quorum: what another has decided alone is taken over. */
  adopt(value: Configuration): void {
    this.#value = value;
    this.#out.write([this.#record()]);
  }

  /** What is on disk by now may be told. */
  release(send: (to: string, message: RegisterMessage) => void): void {
    const ready = this.#replies.filter((reply) => this.#out.isSynced(reply.sequence));
    if (ready.length === 0) return;
    this.#replies = this.#replies.filter((reply) => !ready.includes(reply));
    for (const reply of ready) send(reply.to, reply.message);
  }

  #record(): DiskRecord {
    return { kind: 'acceptor', promised: this.#promised, ballot: this.#ballot, value: this.#value };
  }

  #save(to: string, message: RegisterMessage): void {
    this.#replies.push({ sequence: this.#out.write([this.#record()]), to, message });
  }

  #refuse(to: string, ballot: number): void {
    const refusal: Refuse = { type: 'refuse', from: this.#name, ballot, promised: this.#promised };
    this.#replies.push({ sequence: 0, to, message: refusal });
  }
}

/** How many members can propose, and how many lives of each are told apart: ballots go up to 2 ** 53. */
const MEMBERS = 5;
const LIVES = 2 ** 20;

/** What a round came to. `outstanding`: the longest that a lease of an earlier term may still run, in ms. */
export interface Chosen {
  configuration: Configuration;
  changed: boolean;
  outstanding: number;
}

interface Round {
  ballot: number;
  change: Change;
  startedAt: number;
  promises: Map<string, Promised>;
  accepts: Map<string, number>;
  /** Set once the second phase has begun. */
  value: Configuration | undefined;
  changed: boolean;
}

/**
 * Carries out one change at a time. No ballot is ever used twice, though a proposer that crashes does not remember its
 * last one (its own member's promise may not have been on disk): each has the proposer's rank and life in it. Its life
 * must be on disk before it proposes.
 */
export class Proposer {
  readonly #name: string;
  readonly #members: readonly string[];
  readonly #origin: number;
  readonly #size: number;
  readonly #send: (to: string, message: RegisterMessage) => void;
  #seen = 0;
  #round: Round | undefined;

  constructor(
    name: string,
    ranks: readonly string[],
    life: number,
    members: readonly string[],
    size: number,
    send: (to: string, message: RegisterMessage) => void,
  ) {
    this.#name = name;
    this.#origin = (life % LIVES) * MEMBERS + ranks.indexOf(name);
    this.#members = members;
    this.#size = size;
    this.#send = send;
  }

  get busySince(): number | undefined {
    return this.#round?.startedAt;
  }

  /** Begins a round with a ballot above `floor`, unless one is under way. */
  propose(change: Change, floor: number, now: number): void {
    if (this.#round) return;
    const stride = LIVES * MEMBERS;
    this.#seen = (Math.floor(Math.max(this.#seen, floor) / stride) + 1) * stride + this.#origin;
    const ballot = this.#seen;
    const [promises, accepts] = [new Map(), new Map()];
    this.#round = { ballot, change, startedAt: now, promises, accepts, value: undefined, changed: false };
    for (const member of this.#members) this.#send(member, { type: 'prepare', from: this.#name, ballot });
  }

  abandon(): void {
    this.#round = undefined;
  }

  promised(message: Promised): void {
    const round = this.#round;
    if (!round || message.ballot !== round.ballot || round.value) return;
    round.promises.set(message.from, message);
    if (round.promises.size < this.#size) return;
    let latest = message;
    for (const promise of round.promises.values())
      if (promise.acceptedBallot > latest.acceptedBallot) latest = promise;
    const next = round.change(latest.value);
    round.changed = next !== undefined;
    round.value = next ?? latest.value;
    const accept: Accept = { type: 'accept', from: this.#name, ballot: round.ballot, value: round.value };
    for (const member of this.#members) this.#send(member, accept);
  }

  accepted(message: Accepted): Chosen | undefined {
    const round = this.#round;
    if (!round?.value || message.ballot !== round.ballot) return undefined;
    round.accepts.set(message.from, message.outstanding);
    if (round.accepts.size < this.#size) return undefined;
    this.#round = undefined;
    const outstanding = Math.max(...round.accepts.values());
    return { configuration: round.value, changed: round.changed, outstanding };
  }

  /** Somebody else is at it with a higher ballot. Returns whether a round of this one has ended by that. */
  refused(message: Refuse): boolean {
    this.#seen = Math.max(this.#seen, message.promised);
    if (this.#round?.ballot !== message.ballot) return false;
    this.#round = undefined;
    return true;
  }
}
