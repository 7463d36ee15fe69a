/**
 * slicer: cuts chunks into slices of about `average_size` bytes, give or take `size_variation`, and pauses for
 * `delay` microseconds after each.
 */
import { integer, type Random } from '../../random.js';
import type { Stage, Toxic, ToxicType } from '../toxic.js';

type SlicerAttributes = { average_size: number; size_variation: number; delay: number };

/** Timers count in milliseconds: slices that became due within the last one are sent together. */
const TIMER_GRAIN = 1;

class Slicer implements Toxic<SlicerAttributes> {
  #data: Buffer = Buffer.alloc(0);
  #timestamp = 0;
  /** Where the slices of the chunk in hand end, and how many of them are sent. */
  #ends: number[] = [];
  #sent = 0;
  #due: number | undefined;

  pump(stage: Stage, attributes: SlicerAttributes): void {
    for (;;) {
      if (this.#due !== undefined && !stage.reached(this.#due)) return;
      if (!stage.room) return;
      if (this.#sent === this.#ends.length && !this.#takeChunk(stage, attributes)) break;
      this.#send(stage, this.#ends[this.#sent] as number);
      this.#sent++;
      const now = stage.now();
      this.#due = Math.max(this.#due ?? now, now - TIMER_GRAIN) + attributes.delay / 1000;
    }
    if (stage.ended) stage.close();
  }

  interrupt(stage: Stage): void {
    const end = this.#ends.at(-1);
    if (end !== undefined && this.#sent < this.#ends.length) this.#send(stage, end);
    this.#ends = [];
    this.#sent = 0;
    this.#due = undefined;
  }

  #takeChunk(stage: Stage, { average_size, size_variation }: SlicerAttributes): boolean {
    const chunk = stage.take();
    this.#due = undefined;
    if (!chunk) return false;
    this.#data = chunk.data;
    this.#timestamp = chunk.timestamp;
    this.#ends = slice(0, chunk.data.length, average_size, size_variation, stage.random);
    this.#sent = 0;
    return true;
  }

  /** Sends from where the last slice ended up to `end`. */
  #send(stage: Stage, end: number): void {
    const start = this.#ends[this.#sent - 1] ?? 0;
    stage.send({ data: this.#data.subarray(start, end), timestamp: this.#timestamp });
  }
}

/** Where the slices of [start, end) end: halves, moved by up to the variation, until each is about the average. */
function slice(start: number, end: number, average: number, variation: number, random: Random): number[] {
  const size = end - start;
  if (size - average <= variation || size < 2) return [end];
  const shift = variation > 0 ? integer(random, -variation, variation - 1) : 0;
  // Without these bounds a variation that is greater than half the size would cut outside the chunk.
  const middle = Math.min(end - 1, Math.max(start + 1, start + Math.floor(size / 2) + shift));
  return [
    ...slice(start, middle, average, variation, random),
    ...slice(middle, end, average, variation, random),
  ];
}

export const slicer: ToxicType<SlicerAttributes> = {
  struct: 'SlicerToxic',
  attributes: { average_size: 'int', size_variation: 'int', delay: 'int' },
  create: () => new Slicer(),
};
