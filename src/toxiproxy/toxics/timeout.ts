/**
 * timeout: bytes vanish. The connection is closed when none came for `timeout` milliseconds; with 0 it stays up
 * for as long as the toxic does, for removing the toxic closes it.
 */
import type { Stage, Toxic, ToxicType } from '../toxic.js';

type TimeoutAttributes = { timeout: number };

class Timeout implements Toxic<TimeoutAttributes> {
  #due: number | undefined;

  pump(stage: Stage, { timeout }: TimeoutAttributes): void {
    // Every chunk starts the wait anew, as in Toxiproxy.
    while (stage.take()) this.#due = undefined;
    if (timeout > 0) this.#due ??= stage.now() + timeout;
    if (stage.ended || (this.#due !== undefined && stage.reached(this.#due))) stage.close();
  }

  interrupt(): void {
    this.#due = undefined;
  }

  /** Both ends have lost bytes by now: a connection that went on would go on with a hole in it. */
  removed(stage: Stage): void {
    stage.close();
  }
}

export const timeout: ToxicType<TimeoutAttributes> = {
  struct: 'TimeoutToxic',
  attributes: { timeout: 'int64' },
  create: () => new Timeout(),
};
