/**
 * The last fault, or those that were injected together: since when they are in force, and which of their targets were
 * declared failed since. Pure; the conductor waits by it, and no verdict comes from here.
 */
import { type Event, instantOf, type Nanoseconds } from '../history/event.js';

interface Declaration {
  by: string;
  target: string;
  at: Nanoseconds;
}

export class LastFault {
  /** Those that nobody has looked at yet. */
  readonly #unseen = new Set<string>();
  #targets = new Set<string>();
  #from: Nanoseconds = 0;
  #declared: Declaration[] = [];

  /** Takes in an event of the history. */
  add(event: Event): void {
    if (event.type === 'fault') {
      // While one has yet to be looked at, no later one is injected: these belong together.
      if (this.#unseen.size === 0) this.#forget();
      this.#unseen.add(event.fault);
      for (const target of event.targets) this.#targets.add(target);
    } else if (event.type === 'witness' && event.before === undefined) {
      this.#unseen.delete(event.fault);
      this.#from = Math.max(this.#from, instantOf(event));
    } else if (event.type === 'supervisor' && event.event === 'declared') {
      this.#declared.push({ by: event.node, target: event.target, at: instantOf(event) });
    }
  }

  /** Since when it is in force (0 before the first fault); undefined as long as that was not looked at. */
  get since(): Nanoseconds | undefined {
    return this.#unseen.size === 0 ? this.#from : undefined;
  }

  /** Whether one of its targets was declared failed since, by somebody else. */
  get detected(): boolean {
    const { since } = this;
    if (since === undefined) return false;
    const isHit = (target: string) => this.#targets.size === 0 || this.#targets.has(target);
    return this.#declared.some(({ by, target, at }) => at >= since && by !== target && isHit(target));
  }

  #forget(): void {
    this.#targets = new Set();
    this.#from = 0;
    this.#declared = [];
  }
}
