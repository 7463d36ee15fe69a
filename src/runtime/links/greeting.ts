/**
 * Greets over links, to see whether they carry anything, in which direction:
 *
 *     runner -- token --> link's proxy -- token --> destination     its log line, with the token: it arrived
 *     runner <- answer -- link's proxy <- answer -- destination     answered
 *
 * Where the runtime takes greetings at the end of a link, they go no further: the link is what is looked at. Elsewhere
 * the destination is greeted, in whatever way its system has, or asked something else; then nobody can tell whether that
 * arrived. The power device takes greetings of its own.
 *
 * Where a link carries packets of any kind, a datagram goes along with the greeting: a connection that does not come
 * about does not tell which of the two directions is to blame, a datagram does.
 */
import { type Clock, within } from '../../clock.js';
import { isError } from '../../errors.js';
import { ServiceClient } from '../../http-client.js';
import { freshId } from '../../random.js';
import { POWER } from '../../topology/links.js';
import type { Address } from '../address.js';
import type { Greetings, Question } from '../world-links.js';
import type { LinkPlace } from './cluster.js';
import type { Door, Edges } from './edges.js';

/** How long what has arrived already may take to be seen, ms. */
const GRACE = 1;
/** How long the word of an arrival may take at a link's own end, where that the greeting was closed is seen before, ms. */
const NOTICE = 100;
/** How long a link's end may take to make ready for a greeting, ms. */
const READY = 10_000;

/** How long a greeting is waited for, in milliseconds from when it was sent. */
export interface Patience {
  /** For its answer. */
  answer: number;
  /** For its arrival, where it is not answered; no longer than for the answer if left out. */
  arrival?: number;
  /** For the arrival of a datagram, over links that carry those; as long as for the answer if left out. */
  datagram?: number;
}

/** How a greeting over a link went. */
export interface Greeting {
  /** `refused` at the connect, `answered`, `closed` without an answer, or `silent` until time was up. */
  outcome: 'refused' | 'answered' | 'closed' | 'silent';
  /** Whether it was seen to arrive; undefined where nobody can tell. */
  arrived: boolean | undefined;
  /** Whether a datagram arrived that was sent the same way; left out where the link carries connections only. */
  datagram?: boolean;
  /** Milliseconds until the outcome. */
  took: number;
}

export interface Greeter {
  /** Sends a greeting over a link; gives undefined where nobody takes one. Rejects where a link's end is gone. */
  greet(link: string, patience: Patience): Promise<Greeting | undefined>;
  /** To be told of each token that was seen to arrive: by a node's log line, or by the power device. */
  arrived(token: string): void;
}

export interface GreeterSetting {
  clock: Clock;
  place(link: string): LinkPlace;
  /** Left out, nobody but links' own ends and the power device takes greetings. */
  greetings?: Pick<Greetings, 'question'> | undefined;
  /** Where links lie in networks that cannot be reached from here: ways to begin where a link's source is. */
  edges?: Pick<Edges, 'door' | 'greeting' | 'knock'> | undefined;
}

export function greeter(setting: GreeterSetting): Greeter {
  const { clock, place, greetings, edges } = setting;
  /** Tokens under way, and what to call when one arrives. */
  const waiting = new Map<string, () => void>();
  const series = freshId();
  let count = 0;

  /** Over the link to its own end. */
  async function wayOver(link: string, token: string, edges: Pick<Edges, 'greeting'>): Promise<Way> {
    const { send, close } = await within(clock, READY, `the end of ${link}`, (signal) =>
      edges.greeting(link, token, () => waiting.get(token)?.(), signal),
    );
    return { send, close, tells: true };
  }

  /** To whoever listens behind the link. */
  function wayThrough({ link, dial }: LinkPlace, token: string): Way | undefined {
    const ask = link.to === POWER ? POWER_QUESTION : greetings?.question(link);
    return (
      ask && {
        send: (signal) =>
          edges
            ? through(edges.door(link.name, signal), (address) => ask.put(address ?? dial, token, signal))
            : ask.put(dial, token, signal),
        tells: ask.tells,
      }
    );
  }

  return {
    arrived: (token) => waiting.get(token)?.(),
    async greet(link, patience) {
      const at = place(link);
      const token = `${series}-${++count}`;
      let seenAt: number | undefined;
      let tell: () => void = () => {};
      const arrival = new Promise<void>((resolve) => {
        tell = resolve;
      });
      waiting.set(token, () => {
        seenAt ??= clock.now();
        tell();
      });
      let way: Way | undefined;
      let sending: Sending | undefined;
      try {
        way = at.greetable && edges ? await wayOver(link, token, edges) : wayThrough(at, token);
        if (!way) return undefined;
        sending = send(clock, way.send);
        const [, datagram] = await Promise.all([
          sending.within(patience.answer),
          edges && hasArrived(clock, patience.datagram ?? patience.answer, link, token, edges),
        ]);
        if (way.tells && datagram === undefined) {
          const overtaken = sending.outcome === 'closed' && way.close ? NOTICE : 0;
          const rest = Math.max((patience.arrival ?? 0) - sending.took(), overtaken);
          const either = Promise.race([arrival, sending.answered]);
          if (seenAt === undefined && rest > 0)
            await within(clock, rest, 'its arrival', () => either).catch(() => undefined);
          // What arrives late is answered late: its silence begins there.
          if (seenAt !== undefined && patience.arrival !== undefined)
            await sending.within(Math.max(0, seenAt + patience.answer - clock.now()));
        }
        const { outcome } = sending;
        const arrived = way.tells ? seenAt !== undefined || outcome === 'answered' : undefined;
        return { outcome, took: sending.took(), arrived, ...(datagram === undefined ? {} : { datagram }) };
      } finally {
        waiting.delete(token);
        sending?.giveUp();
        way?.close?.();
      }
    },
  };
}

/** Whether a datagram arrives in time; undefined where the link carries none. Rejects where nobody can tell. */
async function hasArrived(
  clock: Clock,
  ms: number,
  link: string,
  token: string,
  edges: Pick<Edges, 'knock'>,
): Promise<boolean | undefined> {
  const ending = new AbortController();
  const knocking = edges.knock(link, token, ending.signal);
  if (!knocking) return undefined;
  const timer = clock.timer(ms, () => ending.abort());
  try {
    await knocking;
    return true;
  } catch (error) {
    if (ending.signal.aborted) return false;
    throw error;
  } finally {
    timer.cancel();
  }
}

interface Way {
  /** Resolves when it is answered. */
  send(signal: AbortSignal): Promise<unknown>;
  /** Whether somebody tells of the arrival. */
  tells: boolean;
  close?(): void;
}

const POWER_QUESTION: Question = { put: greetPower, tells: true };

/** The power device greets by itself. Rejects where there is no answer. */
async function greetPower(address: Address, token: string, signal: AbortSignal): Promise<void> {
  const client = new ServiceClient(address);
  const greeting = { method: 'GET', path: `/greet/${token}`, headers: {}, body: '' };
  const answer = await client.exchange(greeting, signal);
  client.close();
  if (answer.kind !== 'answer') throw answer.error;
}

/** Does it at the address of a door, where there is one, and closes that afterwards. */
async function through(
  opening: Promise<Door | undefined>,
  work: (address: Address | undefined) => Promise<unknown>,
): Promise<void> {
  const door = await opening;
  try {
    await work(door?.address);
  } finally {
    door?.close();
  }
}

interface Sending {
  /** How it has ended; silent as long as it has not. */
  readonly outcome: Greeting['outcome'];
  /** Resolves when it is answered, and only then. */
  readonly answered: Promise<void>;
  /** How long it has been under way, or was until it ended, ms. */
  took(): number;
  /** Resolves when it has ended, `ms` milliseconds from now at the latest. */
  within(ms: number): Promise<void>;
  giveUp(): void;
}

function send(clock: Clock, work: (signal: AbortSignal) => Promise<unknown>): Sending {
  const sent = clock.now();
  const ending = new AbortController();
  let outcome: Greeting['outcome'] = 'silent';
  let ended: number | undefined;
  let answer: () => void = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const done = work(ending.signal)
    .then(
      () => {
        outcome = 'answered';
        answer();
      },
      (error: unknown) => {
        outcome = isRefusal(error) ? 'refused' : 'closed';
      },
    )
    .then(() => {
      ended = clock.now();
    });
  return {
    get outcome() {
      return outcome;
    },
    answered,
    took: () => (ended ?? clock.now()) - sent,
    within: (ms) =>
      new Promise((resolve) => {
        // Where this process was held up, the answer may lie ready: it is taken in before the time counts as up.
        let timer = clock.timer(ms, () => {
          timer = clock.timer(GRACE, () => resolve());
        });
        void done.then(() => {
          timer.cancel();
          resolve();
        });
      }),
    giveUp: () => ending.abort(),
  };
}

/** Whether nobody listened, wherever in the error that stands. */
function isRefusal(error: unknown): boolean {
  if (!isError(error)) return false;
  if (error.code === 'ECONNREFUSED') return true;
  if (Array.isArray(error.errors) && error.errors.some(isRefusal)) return true;
  return isRefusal(error.cause) || error.message.includes('ECONNREFUSED');
}
