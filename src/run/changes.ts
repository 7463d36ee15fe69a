/**
 * Changes of primary as they happen: which planned one is under way, and when somebody became primary. Pure; the conductor
 * waits by it, and no verdict comes from here.
 */
import { type Event, instantOf, type Nanoseconds } from '../history/event.js';

export class Changes {
  #primary: { node: string; term: number | undefined } | undefined;
  /** When the last primary became so. */
  #became: Nanoseconds = Number.NEGATIVE_INFINITY;
  #planned: { to: string; at: Nanoseconds } | undefined;
  #underWay = false;

  /** Takes in an event of the history. */
  add(event: Event): void {
    if (event.type === 'ask') {
      if (event.ask !== 'restart') this.#plan(event.node, event.time);
    } else if (event.type === 'supervisor') {
      if (event.event === 'switchover') this.#plan(event.target, instantOf(event));
      if (event.event === 'promoted') this.#promote(event.target, event.term, instantOf(event));
    } else if (event.type === 'role' && event.role === 'primary')
      this.#promote(event.node, event.term, event.time);
  }

  /** To whom a planned change leads that is under way; undefined where there is none. */
  get switchingTo(): string | undefined {
    return this.#underWay ? this.#planned?.to : undefined;
  }

  /** Whether somebody became primary after an instant, and after the last planned change began. */
  promotedSince(instant: Nanoseconds): boolean {
    return this.#became > Math.max(instant, this.#planned?.at ?? 0);
  }

  #plan(to: string, at: Nanoseconds): void {
    this.#planned = { to, at };
    this.#underWay = true;
  }

  /** A term has one primary; where there are no terms, another node is another primary. */
  #promote(node: string, term: number | undefined, at: Nanoseconds): void {
    const last = this.#primary;
    const isNew = term === undefined || last?.term === undefined ? node !== last?.node : term > last.term;
    if (!isNew) return;
    this.#primary = { node, term };
    this.#became = at;
    this.#underWay = false;
  }
}
