/** noop: passes everything on. It also stands in for a toxic whose toxicity spares a connection. */
import { passOn, type Stage, type ToxicType } from '../toxic.js';

const toxic = {
  pump(stage: Stage): void {
    passOn(stage);
    if (stage.ended) stage.close();
  },
};

export const noop: ToxicType<Record<never, number>> = {
  struct: 'NoopToxic',
  attributes: {},
  create: () => toxic,
};
