/** Toxics on links, and what can be seen of each: shared by the faults that shape links rather than cut them. */
import type { ToxicChange } from '../runtime/links/links.js';
import type { Effects, Greeting, Injection, Patience } from './fault.js';
import {
  ANSWER,
  type Expectation,
  lookAtLink,
  lookWhetherHeld,
  openExpectation,
  SILENCE,
} from './link-witness.js';
import { witnessEach } from './witness-each.js';

/** A greeting is longer than this, bytes. */
const SHORTER_THAN_A_GREETING = 16;
/** How much sooner than its latency an answer may come, ms: the server counts whole milliseconds. */
const ROUNDING = 1;

/** Puts the toxics on their links. */
export async function injectToxics(
  fault: string,
  toxics: readonly ToxicChange[],
  effects: Effects,
): Promise<Injection> {
  const expected = toxics.map((toxic) => toxicExpectation(fault, toxic));
  const span = await effects.links.apply(fault, { toxics });
  return {
    span,
    witness: (until) => witnessEach(expected, (toxic) => lookAtLink(fault, toxic, effects, until)),
    still: () => witnessEach(expected, (toxic) => lookWhetherHeld(fault, toxic, effects)),
    async heal(_only, until) {
      const healed = await effects.links.heal(fault);
      const free = [...new Set(toxics.map(({ link }) => link))].map(openExpectation);
      const seen = await witnessEach(free, (one) => lookAtLink(fault, one, effects, until));
      return { ...seen, ...healed };
    },
  };
}

/** What a toxic should look like. */
export function toxicExpectation(fault: string, toxic: ToxicChange): Expectation {
  const held = [`${fault}_${toxic.type}_${toxic.stream}`];
  const visible = toxic.toxicity === 1 ? VISIBLE[toxic.type]?.(toxic.attributes) : undefined;
  return visible
    ? { link: toxic.link, held, ...visible }
    : { link: toxic.link, held, expected: inPlace(toxic), patience: { answer: SILENCE } };
}

function inPlace({ type, toxicity }: ToxicChange): string {
  const drawn = toxicity === 1 ? '' : ', drawn once for each connection';
  return `the toxic ${type} in place${drawn}`;
}

interface Visible {
  expected: string;
  patience: Patience;
  shows(greeting: Greeting): boolean;
}

const UNANSWERED: Visible = {
  expected: 'no answer',
  patience: { answer: SILENCE },
  shows: ({ outcome }) => outcome === 'silent' || outcome === 'closed',
};

type Attributes = Readonly<Record<string, number>>;

/** What a greeting shows of each type of toxic; undefined where it shows nothing that can be measured. */
const VISIBLE: Readonly<Record<string, (attributes: Attributes) => Visible | undefined>> = {
  latency({ latency = 0, jitter = 0 }) {
    const least = Math.max(0, latency - jitter);
    return {
      expected: `answered after ${least} ms or more`,
      patience: { answer: ANSWER + latency + jitter },
      shows: ({ outcome, took }) => outcome === 'answered' && took >= least - ROUNDING,
    };
  },
  timeout: () => UNANSWERED,
  bandwidth: ({ rate = 0 }) => (rate === 0 ? UNANSWERED : undefined),
  limit_data: ({ bytes = 0 }) => (bytes <= SHORTER_THAN_A_GREETING ? UNANSWERED : undefined),
  // With a time-out, a greeting is through before it is over.
  reset_peer: ({ timeout = 0 }) => (timeout === 0 ? UNANSWERED : undefined),
};
