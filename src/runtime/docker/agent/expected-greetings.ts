/**
 * The greetings that are expected at a node's way in, each for as long as somebody waits for it.
 *
 * A node that is dead closes every connection that is dialled to it, and a greeting on its way would find it closed.
 * So where one is expected, the end of a connection that has said nothing yet is held back until it has come, or is
 * expected no more. At any other time nothing is held back.
 */

/** Where a greeting comes in: whose edge, by its address on the backbone, and on which port. */
export interface Entrance {
  peer: string;
  port: number;
}

interface Expected extends Entrance {
  onArrival(): void;
}
interface Held extends Entrance {
  release(): void;
}

export class ExpectedGreetings {
  readonly #expected = new Map<string, Expected>();
  readonly #held = new Set<Held>();

  /** Expects a greeting from here on; what it gives ends that. */
  expect(token: string, entrance: Entrance, onArrival: () => void): () => void {
    this.#expected.set(token, { ...entrance, onArrival });
    return () => this.#end(token);
  }

  /** A greeting has come, expected or not. */
  arrived(token: string): void {
    this.#expected.get(token)?.onArrival();
    this.#end(token);
  }

  /**
   * Calls `release` when no greeting is expected at that entrance, which may be at once. What it gives takes that
   * back.
   */
  hold(entrance: Entrance, release: () => void): () => void {
    const held = { ...entrance, release };
    this.#held.add(held);
    this.#settle();
    return () => void this.#held.delete(held);
  }

  #end(token: string): void {
    if (this.#expected.delete(token)) this.#settle();
  }

  #settle(): void {
    const expected = [...this.#expected.values()];
    for (const held of this.#held) {
      if (expected.some(({ peer, port }) => peer === held.peer && port === held.port)) continue;
      this.#held.delete(held);
      held.release();
    }
  }
}
