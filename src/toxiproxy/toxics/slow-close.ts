/** slow_close: passes bytes at once and the end of the stream `delay` milliseconds late. */
import { passOn, type Stage, type Toxic, type ToxicType } from '../toxic.js';

type SlowCloseAttributes = { delay: number };

class SlowClose implements Toxic<SlowCloseAttributes> {
  #due: number | undefined;

  pump(stage: Stage, { delay }: SlowCloseAttributes): void {
    passOn(stage);
    if (!stage.ended) return;
    this.#due ??= stage.now() + delay;
    if (stage.reached(this.#due)) stage.close();
  }

  interrupt(): void {
    this.#due = undefined;
  }
}

export const slowClose: ToxicType<SlowCloseAttributes> = {
  struct: 'SlowCloseToxic',
  attributes: { delay: 'int64' },
  create: () => new SlowClose(),
};
