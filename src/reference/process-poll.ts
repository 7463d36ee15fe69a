/**
 * The polling of the power device's process list: when to ask, and what the answers say. A device that is slower
 * than the interval is always a list behind; that is no reason to leave its answers aside. But a list tells of the
 * time at which it was asked for, never of what came after.
 */
export class ProcessPoll {
  readonly #every: number;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asked = 0;
  /** When each list that may still come was asked for. */
  readonly #underWay = new Map<number, number>();
  #latest: { askedAt: number; running: readonly string[] | undefined } | undefined;

  /** `every` in ms. */
  constructor(every: number) {
    this.#every = every;
  }

  /** The number under which to ask now; undefined while it is too soon. */
  due(now: number): number | undefined {
    if (now - this.#askedAt < this.#every) return undefined;
    this.#askedAt = now;
    this.#underWay.set(++this.#asked, now);
    return this.#asked;
  }

  /** Takes in the answer under this number, unless a later one is known; undefined where the device gave none. */
  answered(id: number, running: readonly string[] | undefined): void {
    const askedAt = this.#underWay.get(id);
    if (askedAt === undefined) return;
    for (const earlier of this.#underWay.keys()) if (earlier <= id) this.#underWay.delete(earlier);
    this.#latest = { askedAt, running };
  }

  /** Whether the latest list lacks the node, and was asked for at `since` or later. */
  lacks(node: string, since: number): boolean {
    const latest = this.#latest;
    return latest?.running !== undefined && latest.askedAt >= since && !latest.running.includes(node);
  }

  /** For the log: why one that the latest list lacks is taken for failed. */
  lackText(now: number): string {
    return `not in the process list that was asked for ${Math.round(now - (this.#latest?.askedAt ?? now))} ms ago`;
  }
}
