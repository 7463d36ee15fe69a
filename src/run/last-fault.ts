/**
 * The last fault, or those that were injected together: which they are, and since when they are in force. Pure; the
 * conductor waits by it, and no verdict comes from here.
 */
import { type Event, instantOf, type Nanoseconds } from '../history/event.js';

export class LastFault {
  /** Those that nobody has looked at yet. */
  readonly #unseen = new Set<string>();
  #names = new Set<string>();
  #from: Nanoseconds = 0;

  /** Takes in an event of the history. */
  add(event: Event): void {
    if (event.type === 'fault') {
      // While one has yet to be looked at, no later one is injected: these belong together.
      if (this.#unseen.size === 0) {
        this.#names = new Set();
        this.#from = 0;
      }
      this.#unseen.add(event.fault);
      this.#names.add(event.fault);
    } else if (event.type === 'witness' && event.before === undefined) {
      this.#unseen.delete(event.fault);
      this.#from = Math.max(this.#from, instantOf(event));
    }
  }

  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /** Since when it is in force (0 before the first fault); undefined as long as that was not looked at. */
  get since(): Nanoseconds | undefined {
    return this.#unseen.size === 0 ? this.#from : undefined;
  }
}
