/** latency: delivers each chunk `latency` milliseconds after it came, give or take up to `jitter`. */
import { integer } from '../../random.js';
import type { Stage, Toxic, ToxicType } from '../toxic.js';

type LatencyAttributes = { latency: number; jitter: number };

class Latency implements Toxic<LatencyAttributes> {
  /** When the first chunk is due. */
  #due: number | undefined;

  pump(stage: Stage, { latency, jitter }: LatencyAttributes): void {
    while (stage.room) {
      const chunk = stage.peek();
      if (!chunk) break;
      if (this.#due === undefined) {
        const spread = jitter > 0 ? integer(stage.random, -jitter, jitter - 1) : 0;
        this.#due = chunk.timestamp + Math.max(0, latency + spread);
      }
      if (!stage.reached(this.#due)) return;
      stage.take();
      // A second latency toxic counts from the moment that was meant here, so delays add up and lateness doesn't.
      stage.send({ data: chunk.data, timestamp: this.#due });
      this.#due = undefined;
    }
    if (stage.ended) stage.close();
  }

  interrupt(stage: Stage): void {
    const chunk = this.#due === undefined ? undefined : stage.take();
    this.#due = undefined;
    if (chunk) stage.send(chunk);
  }
}

export const latency: ToxicType<LatencyAttributes> = {
  struct: 'LatencyToxic',
  attributes: { latency: 'int64', jitter: 'int64' },
  create: () => new Latency(),
  // So that a delay does not limit the throughput, as long as it is not a long one.
  bufferSize: 1024,
};
