/**
 * Greets over links, to see whether they carry anything, in which direction:
 *
 *     runner -- token --> link's proxy -- token --> destination     its log line, with the token: it arrived
 *     runner <- answer -- link's proxy <- answer -- destination     answered
 *
 * Where the runtime takes greetings at the end of a link, they go no further: the link is what is looked at. Elsewhere
 * the system greets the destination's first port. A system that takes no greetings is asked for its role instead; then
 * nobody can tell whether that arrived. The power device takes greetings of its own.
 *
 * Where a link carries packets of any kind, a datagram goes along with the greeting: a connection that does not come
 * about does not tell which of the two directions is to blame, a datagram does.
 */
import { type Clock, sleep, within } from '../../clock.js';
import { isError } from '../../errors.js';
import type { Greeting, Patience } from '../../fault/fault.js';
import { ServiceClient } from '../../http-client.js';
import { freshId } from '../../random.js';
import { greets, type System, tellsRole } from '../../system/system.js';
import { kindOf, type Link } from '../../topology/links.js';
import type { Address } from '../address.js';
import type { LinkPlace } from '../runtime.js';
import type { Door, Edges } from './edges.js';

/** How long what has arrived already may take to be seen, ms. */
const GRACE = 1;
/** How long the word of an arrival may take at a link's own end, where that the greeting was closed is seen before, ms. */
const NOTICE = 100;
/** How long a link's end may take to make ready for a greeting, ms. */
const READY = 10_000;

export interface Greeter {
  /** Sends a greeting over a link; gives undefined where nobody takes one. Rejects where a link's end is gone. */
  greet(link: string, patience: Patience): Promise<Greeting | undefined>;
  /** To be told of each token that was seen to arrive: `arrivalOf` a node's log line, or by the power device. */
  arrived(token: string): void;
}

export interface GreeterSetting {
  clock: Clock;
  system: System;
  place(link: string): LinkPlace;
  /** Nodes of which the system knows nothing. */
  strangers?: readonly string[];
  /** Where links lie in networks that cannot be reached from here: ways to begin where a link's source is. */
  edges?: Pick<Edges, 'door' | 'greeting' | 'knock'> | undefined;
}

export function greeter(setting: GreeterSetting): Greeter {
  const { clock, system, place, strangers = [], edges } = setting;
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
    const ask = questionFor(link, system, strangers);
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
          if (seenAt === undefined) await firstOf(clock, rest, Promise.race([arrival, sending.answered]));
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

interface Question {
  put(address: Address, token: string, signal: AbortSignal): Promise<unknown>;
  tells: boolean;
}

/** What the destination of a link can be asked; undefined where it is known to answer nothing. */
function questionFor({ to, port }: Link, system: System, strangers: readonly string[]): Question | undefined {
  if (kindOf(to) === 'power') {
    return { put: greetPower, tells: true };
  }
  // Of these, and of what listens on further ports, the system knows nothing.
  if (port !== undefined || strangers.includes(to)) return undefined;
  if (greets(system))
    return { put: (...sent) => system.greet(...sent), tells: system.arrivalOf !== undefined };
  if (tellsRole(system))
    return { put: (address, _token, signal) => system.role(address, signal), tells: false };
  return undefined;
}

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

async function firstOf(clock: Clock, ms: number, arrival: Promise<void>): Promise<void> {
  if (ms <= 0) return;
  const ending = new AbortController();
  await Promise.race([arrival, sleep(clock, ms, ending.signal).catch(() => undefined)]);
  ending.abort();
}

/** Whether nobody listened, wherever in the error that stands. */
function isRefusal(error: unknown): boolean {
  if (!isError(error)) return false;
  if (error.code === 'ECONNREFUSED') return true;
  if (Array.isArray(error.errors) && error.errors.some(isRefusal)) return true;
  return isRefusal(error.cause) || error.message.includes('ECONNREFUSED');
}
