/**
 * The latest message of each sender. One that was overtaken on its way, or comes from an earlier life of its sender, says
 * nothing of today, however late it arrives; it is no sign of life either.
 */

/** What every such message says of its origin. */
export interface Stamped {
  from: string;
  /** Drawn at each start of the sender. */
  incarnation: number;
  /** On the sender's own clock. */
  sentAt: number;
}

interface Heard<Kind> {
  at: number;
  message: Kind;
  /** The incarnations that this one has followed. */
  past: Set<number>;
}

export class Latest<Kind extends Stamped> {
  readonly #patience: number;
  readonly #heard = new Map<string, Heard<Kind>>();

  /**
   * `patience` in ms: a life that was taken for past is believed again after that long a silence of the one that was
   * taken for later. Where only a late message of an earlier life came first, that mends the mistake.
   */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** Takes the message in; returns whether it is news. */
  take(message: Kind, now: number): boolean {
    const { from, incarnation, sentAt } = message;
    const last = this.#heard.get(from);
    const past = last?.past ?? new Set<number>();
    if (last?.message.incarnation === incarnation) {
      if (sentAt < last.message.sentAt) return false;
    } else if (last) {
      if (past.has(incarnation) && now - last.at <= this.#patience) return false;
      past.add(last.message.incarnation);
      past.delete(incarnation);
    }
    this.#heard.set(from, { at: now, message, past });
    return true;
  }

  of(sender: string): Kind | undefined {
    return this.#heard.get(sender)?.message;
  }

  /** When it was taken in. */
  at(sender: string): number {
    return this.#heard.get(sender)?.at ?? Number.NEGATIVE_INFINITY;
  }

  all(): Kind[] {
    return [...this.#heard.values()].map(({ message }) => message);
  }
}
