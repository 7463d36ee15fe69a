/**
 * How much sooner a heal is ordered than a fault's time is over: by what it takes to come about. That is held to be as long
 * as the quickest injection of its kind took, since those that took longer came upon a busy machine.
 */

/**
 * The most of that, ms, or as a share of the fault's time. Half of what its length may differ by (timeline/soundness.ts): a
 * heal that is quicker than expected leaves it long enough.
 */
const MOST = { least: 10, share: 0.05 };

export class HealDelay {
  readonly #quickest = new Map<string, number>();

  /** For a fault of this kind that took `injected` ms from its order to its first effect, and is to last for `asked` ms. */
  of(kind: string, injected: number, asked: number): number {
    const quickest = Math.min(injected, this.#quickest.get(kind) ?? Number.POSITIVE_INFINITY);
    this.#quickest.set(kind, quickest);
    return Math.min(quickest, Math.max(MOST.least, MOST.share * asked));
  }
}
