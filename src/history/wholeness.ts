/**
 * Whether a history is whole: `run` first, indexes without a gap, time never going back, `end` last and
 * reached in good order. Fed event by event, so that it serves a history in memory and one that is read from a
 * file alike.
 */
import { type Event, HISTORY_FORMAT } from './event.js';

export class Wholeness {
  #count = 0;
  #time = 0;
  #ended: string | undefined;
  readonly #flaws: string[] = [];

  /** Why this event cannot be the next one (it is then not to be used), or undefined. */
  next(event: Event): string | undefined {
    if (event.index !== this.#count) return `expected index ${this.#count}, found ${event.index}`;
    if (!(event.time >= this.#time)) return `time goes back from ${this.#time} to ${event.time} ns`;
    if (this.#ended !== undefined) return 'an event after the end';
    if (this.#count === 0) this.#first(event);
    this.#count += 1;
    this.#time = event.time;
    if (event.type === 'end') this.#ended = event.reason;
    return undefined;
  }

  /** What is wrong with the history as a whole, once all of it was seen. */
  end(): string[] {
    const flaws = [...this.#flaws];
    if (this.#count === 0) flaws.push('the history is empty');
    else if (this.#ended === undefined)
      flaws.push(`the history was cut short: no end after event ${this.#count - 1}`);
    else if (this.#ended === 'interrupted') flaws.push('the run was interrupted');
    else if (this.#ended !== 'done') flaws.push('the run failed before its end');
    return flaws;
  }

  #first(event: Event): void {
    if (event.type !== 'run') this.#flaws.push(`expected a run event first, found "${event.type}"`);
    else if (event.format !== HISTORY_FORMAT)
      this.#flaws.push(`expected history format ${HISTORY_FORMAT}, found ${event.format}`);
  }
}
