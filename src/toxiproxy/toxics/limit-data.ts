/** limit_data: closes the connection when `bytes` bytes have passed. The count outlives changes of the limit. */
import type { Stage, Toxic, ToxicType } from '../toxic.js';

type LimitDataAttributes = { bytes: number };

class LimitData implements Toxic<LimitDataAttributes> {
  #passed = 0;

  pump(stage: Stage, { bytes }: LimitDataAttributes): void {
    while (stage.room) {
      const chunk = stage.take();
      if (!chunk) break;
      const data = chunk.data.subarray(0, Math.max(0, bytes - this.#passed));
      if (data.length > 0) stage.send({ data, timestamp: chunk.timestamp });
      this.#passed += data.length;
      if (this.#passed >= bytes) {
        stage.close();
        return;
      }
    }
    if (stage.ended) stage.close();
  }
}

export const limitData: ToxicType<LimitDataAttributes> = {
  struct: 'LimitDataToxic',
  attributes: { bytes: 'int64' },
  create: () => new LimitData(),
};
