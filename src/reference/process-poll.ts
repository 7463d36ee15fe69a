/**
 * The polling of the power device's process list: when to ask, and which answers say something new. A device that
 * is slower than the interval is always a list behind; that is no reason to leave its answers aside.
 */
export class ProcessPoll {
  readonly #every: number;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asked = 0;
  #heard = 0;

  /** `every` in ms. */
  constructor(every: number) {
    this.#every = every;
  }

  /** The number under which to ask now; undefined while it is too soon. */
  due(now: number): number | undefined {
    if (now - this.#askedAt < this.#every) return undefined;
    this.#askedAt = now;
    return ++this.#asked;
  }

  /** Whether the answer under this number is newer than every one before. */
  isNews(id: number): boolean {
    if (id <= this.#heard) return false;
    this.#heard = id;
    return true;
  }
}
