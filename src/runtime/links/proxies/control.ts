/**
 * Calls to a Toxiproxy server's API: each has a time-out and a name, because control calls have been seen to
 * hang, and a drill must be able to say which.
 */
import { type Clock, TimeoutError, within } from '../../../clock.js';
import { EnvironmentError, messageOf } from '../../../errors.js';

/** How long one call may take, ms. */
const PATIENCE = 5000;
/** Removing what holds bytes back may first have to deliver them: seen to take over 5 s under load. */
export const FLUSH_PATIENCE = 20_000;

export class Control {
  readonly #clock: Clock;
  /** Of the server, for error texts. */
  readonly #url: string;

  constructor(clock: Clock, url: string) {
    this.#clock = clock;
    this.#url = url;
  }

  /** Makes the call. Rejects with an `EnvironmentError` that names it: `add toxic fault-1_upstream on a->b`. */
  async call<T>(what: string, work: () => Promise<T>, patience = PATIENCE): Promise<T> {
    try {
      return await within(this.#clock, patience, what, work);
    } catch (error) {
      throw new EnvironmentError(
        {
          where: `Toxiproxy at ${this.#url}`,
          expected: `"${what}" to be done`,
          found: error instanceof TimeoutError ? `no answer within ${patience} ms` : messageOf(error),
        },
        { cause: error },
      );
    }
  }

  /** The same for what may be gone already: its absence is what was wanted. */
  async remove(what: string, work: () => Promise<unknown>, patience = PATIENCE): Promise<void> {
    await this.call(what, () => work().catch(unlessMissing), patience);
  }
}

function unlessMissing(error: unknown): void {
  // The client keeps nothing of an error's answer but this text.
  if (!messageOf(error).endsWith('status code 404')) throw error;
}
