/** bandwidth: passes `rate` kilobytes (of 1000 bytes) a second. A rate of 0 holds everything until it is healed. */
import type { Chunk, Stage, Toxic, ToxicType } from '../toxic.js';

type BandwidthAttributes = { rate: number };

/** A chunk that takes longer than this, in milliseconds, is sent in parts that take this long. */
const PART = 100;

class Bandwidth implements Toxic<BandwidthAttributes> {
  #inHand: Chunk | undefined;
  /** Milliseconds that the bytes taken so far still have to wait; below zero when the last wait was too long. */
  #owed = 0;
  #since = 0;
  #due: number | undefined;

  pump(stage: Stage, { rate }: BandwidthAttributes): void {
    for (;;) {
      if (!this.#inHand) {
        this.#inHand = stage.take();
        if (!this.#inHand) break;
        this.#owed = rate > 0 ? this.#owed + this.#inHand.data.length / rate : 0;
        this.#wait(stage, this.#inHand, rate);
      }
      if (rate <= 0) return;
      if (this.#due !== undefined) {
        if (!stage.reached(this.#due)) return;
        this.#due = undefined;
        this.#owed -= stage.now() - this.#since;
      }
      if (!stage.room) return;
      this.#sendPart(stage, this.#inHand, rate);
    }
    if (stage.ended) stage.close();
  }

  interrupt(stage: Stage): void {
    if (this.#inHand) stage.send(this.#inHand);
    this.#inHand = undefined;
    this.#due = undefined;
    this.#owed = 0;
  }

  #wait(stage: Stage, chunk: Chunk, rate: number): void {
    this.#since = stage.now();
    this.#due = this.#since + (chunk.data.length > rate * PART ? PART : Math.max(0, this.#owed));
  }

  #sendPart(stage: Stage, { data, timestamp }: Chunk, rate: number): void {
    const size = Math.min(data.length, rate * PART);
    stage.send({ data: data.subarray(0, size), timestamp });
    this.#inHand = size < data.length ? { data: data.subarray(size), timestamp } : undefined;
    if (this.#inHand) this.#wait(stage, this.#inHand, rate);
  }
}

export const bandwidth: ToxicType<BandwidthAttributes> = {
  struct: 'BandwidthToxic',
  attributes: { rate: 'int64' },
  create: () => new Bandwidth(),
};
