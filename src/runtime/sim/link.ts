/**
 * A virtual link: what is sent over it arrives after a time drawn from the seed, unless something was put on it. What holds
 * it (cuts, toxics) is asked for each message, in the order in which it was put there:
 *
 *     refuse     connections are closed, new ones are refused
 *     drop       what is sent vanishes; connections that lost something are closed once the cut is gone
 *     stall      what is sent is held, and goes on once the cut is gone
 *     latency, bandwidth, timeout, slicer, reset_peer, limit_data, slow_close, noop: as Toxiproxy has them, by message
 */
import type { Clock } from '../../clock.js';
import type { Random } from '../../random.js';
import type { Stream } from '../../topology/grudge.js';
import { CALM, type Nature } from './nature.js';

/** What a link knows of a connection over it. */
export interface Connected {
  readonly isOpen: boolean;
  /** Ends it; what is under way on it may have arrived. */
  end(error: string): void;
}

/** Something that holds one stream of a link. */
export interface Hold {
  /** Whose it is. */
  fault: string;
  stream: Stream;
  type: string;
  /** The share of connections that it is for, from 0 to 1. */
  toxicity: number;
  attributes: Readonly<Record<string, number>>;
}

/** What becomes of a message: it goes on later, is held, is lost, or ends its connection (after so many ms). */
type Fate = { late: number } | 'held' | 'lost' | { ends: number };

interface Held extends Hold {
  /** What waits until it is gone. */
  waiting: (() => void)[];
  /** Whether each connection is among those that it is for. */
  drawn: Map<Connected, boolean>;
  /** How much of each has passed, bytes. */
  passed: Map<Connected, number>;
}

export class SimLink {
  readonly name: string;
  readonly clock: Clock;
  readonly #random: Random;
  readonly #pace: Nature['links'];
  readonly #connections = new Set<Connected>();
  #holds: Held[] = [];
  #refusals: string[] = [];

  constructor(name: string, clock: Clock, random: Random, pace = CALM.links) {
    this.name = name;
    this.clock = clock;
    this.#random = random;
    this.#pace = pace;
  }

  get isOpen(): boolean {
    return this.#refusals.length === 0;
  }

  /** What a fault has on it, in words; what all have, where none is named. */
  held(fault?: string): string[] {
    const isAsked = (one: string) => fault === undefined || fault === one;
    return [
      ...this.#refusals.filter(isAsked).map(() => 'refuse'),
      ...this.#holds
        .filter((hold) => isAsked(hold.fault))
        .map(({ type, stream }) => describeHold(type, stream)),
    ];
  }

  /** Whether a message of a connection that everything is for would go through now, however late. */
  passes(stream: Stream): boolean {
    return this.isOpen && !this.#holds.some((hold) => hold.stream === stream && isShut(hold));
  }

  refuse(fault: string): void {
    this.#refusals.push(fault);
    for (const connection of [...this.#connections]) connection.end('the connection was closed');
  }

  put(hold: Hold): void {
    this.#holds.push({ ...hold, waiting: [], drawn: new Map(), passed: new Map() });
  }

  /** Takes back what a fault has put on it. */
  free(fault: string): void {
    this.#refusals = this.#refusals.filter((one) => one !== fault);
    const freed = this.#holds.filter((hold) => hold.fault === fault);
    this.#holds = this.#holds.filter((hold) => hold.fault !== fault);
    for (const { waiting } of freed) for (const goOn of waiting) goOn();
  }

  opened(connection: Connected): void {
    this.#connections.add(connection);
  }

  closed(connection: Connected): void {
    this.#connections.delete(connection);
    for (const { drawn, passed } of this.#holds) {
      drawn.delete(connection);
      passed.delete(connection);
    }
  }

  /** Takes a message of so many bytes along; `arrive` is called where it arrives while its connection is there. */
  carry(connection: Connected, stream: Stream, bytes: number, arrive: () => void): void {
    this.#carry(connection, stream, bytes, arrive, this.lag());
  }

  /** A time on the way, drawn. */
  lag(): number {
    const { fastest, slowest } = this.#pace;
    return fastest + this.#random.next() * (slowest - fastest);
  }

  #carry(connection: Connected, stream: Stream, bytes: number, arrive: () => void, lag: number): void {
    let late = lag;
    for (const hold of this.#holds) {
      if (hold.stream !== stream || !this.#isFor(hold, connection)) continue;
      const fate = this.#fate(hold, connection, bytes);
      if (fate === 'held') {
        hold.waiting.push(() => this.#carry(connection, stream, bytes, arrive, lag));
        return;
      }
      if (fate === 'lost') {
        hold.waiting.push(() => connection.end('the connection was closed'));
        return;
      }
      if ('ends' in fate) {
        this.clock.timer(fate.ends, () => connection.end('the connection was reset'));
        return;
      }
      late += fate.late;
    }
    this.clock.timer(late, () => {
      if (connection.isOpen) arrive();
    });
  }

  /** Each connection draws once, and keeps what it drew. */
  #isFor({ toxicity, drawn }: Held, connection: Connected): boolean {
    if (toxicity === 1) return true;
    const isFor = drawn.get(connection) ?? this.#random.next() < toxicity;
    drawn.set(connection, isFor);
    return isFor;
  }

  #fate(hold: Held, connection: Connected, bytes: number): Fate {
    if (isShut(hold)) return hold.type === 'drop' || hold.type === 'timeout' ? 'lost' : 'held';
    const { latency = 0, jitter = 0, rate = 0, timeout = 0, delay = 0 } = hold.attributes;
    switch (hold.type) {
      case 'latency':
        return { late: Math.max(0, latency + jitter * (2 * this.#random.next() - 1)) };
      case 'bandwidth':
        return { late: bytes / rate };
      case 'timeout':
      case 'reset_peer':
        return { ends: timeout };
      case 'slicer':
        return {
          late: (Math.ceil(bytes / Math.max(1, hold.attributes['average_size'] ?? 1)) * delay) / 1000,
        };
      case 'limit_data': {
        const passed = (hold.passed.get(connection) ?? 0) + bytes;
        hold.passed.set(connection, passed);
        return passed > (hold.attributes['bytes'] ?? 0) ? { ends: 0 } : { late: 0 };
      }
      default:
        return { late: 0 };
    }
  }
}

/** `drop on the upstream` */
export function describeHold(type: string, stream: Stream): string {
  return `${type} on the ${stream}`;
}

/** Whether nothing at all goes through. */
function isShut({ type, toxicity, attributes }: Hold): boolean {
  if (toxicity < 1) return false;
  if (type === 'drop' || type === 'stall') return true;
  if (type === 'timeout') return !attributes['timeout'];
  return type === 'bandwidth' && !attributes['rate'];
}
