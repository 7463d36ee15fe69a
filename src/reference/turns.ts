/**
 * When a supervisor may propose. Each proposal makes the rounds of the others fail, so that supervisors that
 * propose at once can keep each other from deciding for long (Lamport, Paxos Made Simple, 2001, section 2.4).
 * So whoever has promised another's ballot leaves it the time of a round, as Raft puts its election off where
 * it grants a vote (Ongaro and Ousterhout, 2014, section 5.2); and with each round that came to nothing, a
 * round is given, and waited for, twice the time, up to a limit.
 */
import type { Random } from '../random.js';
import type { Settings } from './settings.js';

/** How often the times are doubled at most. */
const DOUBLINGS = 2;

export class Turns {
  readonly #round: number;
  readonly #spread: number;
  readonly #random: Random;
  #failures = 0;
  #restUntil = 0;

  constructor({ detect }: Settings, random: Random) {
    this.#round = Math.max(100, detect.timeout / 2);
    this.#spread = detect.interval;
    this.#random = random;
  }

  /** How long a round of one's own may take before it is given up, in ms. */
  get patience(): number {
    return this.#round * 2 ** this.#failures;
  }

  mayPropose(now: number): boolean {
    return now >= this.#restUntil;
  }

  /** Another supervisor is at it with a higher ballot. */
  makeWay(now: number): void {
    this.#rest(now + this.#round);
  }

  /** A round of one's own came to nothing within its time. */
  gaveUp(now: number): void {
    this.#failures = Math.min(this.#failures + 1, DOUBLINGS);
    this.#rest(now);
  }

  /** Something was decided: nobody is waited for any more. */
  settled(): void {
    this.#failures = 0;
    this.#restUntil = 0;
  }

  /** Until `time` and a little longer, each differently, so that they do not all go on at once. */
  #rest(time: number): void {
    const spread = this.#random.next() * this.#spread * 2 ** this.#failures;
    this.#restUntil = Math.max(this.#restUntil, time + spread);
  }
}
