/** What should be seen of a link: of one that is cut or shaped, and of one that is not. */
import type { Cut, CutMode } from '../../topology/grudge.js';
import type { LinkChange, ToxicChange } from '../world-links.js';
import type { Greeting, Patience } from './greeting.js';
import { cutName, toxicName } from './toxic-names.js';

/** How long a greeting must go without an answer to count as silent, ms. */
export const SILENCE = 150;
/** How long an open link may take to bring an answer (or an arrival), ms. */
export const ANSWER = 2000;
/** A greeting is longer than this, bytes. */
const SHORTER_THAN_A_GREETING = 16;
/** How much sooner than its latency an answer may come, ms: the server counts whole milliseconds. */
const ROUNDING = 1;

/** What should be seen of one link. */
export interface Expectation {
  link: string;
  /** What the server should say: our toxics by name, `disabled`, or nothing of ours. */
  held: readonly string[] | 'disabled' | 'free';
  /** In words, what the greeting should do. */
  expected: string;
  patience: Patience;
  /** Whether the greeting did so. Left out where it shows nothing that can be measured. */
  shows?(greeting: Greeting): boolean;
}

/** Of each link, what a fault's change of it should look like. */
export function changeExpectations(fault: string, change: LinkChange): Expectation[] {
  return 'cuts' in change
    ? change.cuts.map((cut) => cutExpectation(fault, change.mode, cut))
    : change.toxics.map((toxic) => toxicExpectation(fault, toxic));
}

/** What a cut should look like. */
function cutExpectation(fault: string, mode: CutMode, { link, streams }: Cut): Expectation {
  if (mode === 'refuse') {
    const shows = ({ outcome, datagram }: Greeting) => outcome === 'refused' && datagram !== true;
    const patience = { answer: ANSWER, datagram: SILENCE };
    return { link, held: 'disabled', expected: 'refused', patience, shows };
  }
  const held = streams.map((stream) => cutName(fault, stream));
  if (streams.includes('upstream')) {
    // Where a cut link is closed at once, its destination is dead: that is told apart further down.
    // Only what a proxy carries can be held back: datagrams pass.
    const shows = ({ outcome, arrived, datagram }: Greeting) =>
      outcome === 'silent' && arrived !== true && (datagram !== true || mode === 'stall');
    return { link, held, expected: 'silent, nothing arrives', patience: { answer: SILENCE }, shows };
  }
  // A destination that closes after its answer is heard closing, though the answer itself was dropped.
  const shows = ({ outcome, arrived, datagram = arrived }: Greeting) =>
    (outcome === 'silent' || outcome === 'closed') && datagram !== false;
  const patience = { answer: SILENCE, arrival: ANSWER, datagram: ANSWER };
  return { link, held, expected: 'arrives, no answer comes back', patience, shows };
}

/** What a link should look like on which a fault has nothing. */
export function openExpectation(link: string): Expectation {
  const shows = ({ outcome, datagram }: Greeting) => outcome === 'answered' && datagram !== false;
  return { link, held: 'free', expected: 'answered', patience: { answer: ANSWER }, shows };
}

/** What a toxic should look like. */
function toxicExpectation(fault: string, toxic: ToxicChange): Expectation {
  const held = [toxicName(fault, toxic)];
  const visible = toxic.toxicity === 1 ? VISIBLE[toxic.type]?.(toxic.attributes) : undefined;
  return visible
    ? { link: toxic.link, held, ...visible }
    : { link: toxic.link, held, expected: inPlace(toxic), patience: { answer: SILENCE } };
}

function inPlace({ type, toxicity }: ToxicChange): string {
  const drawn = toxicity === 1 ? '' : ', drawn once for each connection';
  return `the toxic ${type} in place${drawn}`;
}

type Visible = Required<Pick<Expectation, 'expected' | 'patience' | 'shows'>>;

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
