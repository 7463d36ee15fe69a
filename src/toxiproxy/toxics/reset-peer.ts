/** reset_peer: closes the connection by a reset (TCP RST), `timeout` milliseconds after the first bytes came. */
import type { Stage, Toxic, ToxicType } from '../toxic.js';

type ResetPeerAttributes = { timeout: number };

class ResetPeer implements Toxic<ResetPeerAttributes> {
  #due: number | undefined;

  pump(stage: Stage, { timeout }: ResetPeerAttributes): void {
    if (this.#due === undefined) {
      if (!stage.take() && !stage.ended) return;
      this.#due = stage.now() + Math.max(0, timeout);
    }
    if (stage.reached(this.#due)) stage.close();
  }

  /** A reset that is under way cannot be called off: the bytes that started it are gone. */
  removed(stage: Stage): void {
    if (this.#due !== undefined) stage.close();
  }
}

export const resetPeer: ToxicType<ResetPeerAttributes> = {
  struct: 'ResetToxic',
  attributes: { timeout: 'int64' },
  create: () => new ResetPeer(),
  abortive: true,
};
