/** noop: passes everything on. It also stands in for a toxic whose toxicity spares a connection. */
import type { Stage, Toxic, ToxicType } from '../toxic.js';

class Noop implements Toxic<Record<never, number>> {
  pump(stage: Stage): void {
    while (stage.room) {
      const chunk = stage.take();
      if (!chunk) break;
      stage.send(chunk);
    }
    if (stage.ended) stage.close();
  }
}

export const noop: ToxicType<Record<never, number>> = {
  struct: 'NoopToxic',
  attributes: {},
  create: () => new Noop(),
};
