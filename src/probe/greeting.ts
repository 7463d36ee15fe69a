/**
 * Greets over links, to see whether they carry anything, in which direction:
 *
 *     runner -- token --> link's proxy -- token --> destination     its log line, with the token: it arrived
 *     runner <- answer -- link's proxy <- answer -- destination     answered
 *
 * A system that takes no greetings is asked for its role instead; then nobody can tell whether that arrived. The
 * power device takes greetings of its own.
 */
import { type Clock, sleep } from '../clock.js';
import { EnvironmentError } from '../errors.js';
import type { Greeting, Patience } from '../fault/fault.js';
import { freshId } from '../random.js';
import type { Address, Door, LinkPlace } from '../runtime/runtime.js';
import { greets, type System, tellsRole } from '../system/system.js';
import { kindOf } from '../topology/links.js';
import { http } from './http.js';

/** How long what has arrived already may take to be seen, ms. */
const GRACE = 1;

export interface Greeter {
  /** Sends a greeting over a link. Rejects only where the system knows of nothing that could be one. */
  greet(link: string, patience: Patience): Promise<Greeting>;
  /** Whether there is somebody at the end of a link who could answer. */
  greetable(link: string): boolean;
  /** To be told of each token that was seen to arrive: `arrivalOf` a node's log line, or by the power device. */
  arrived(token: string): void;
}

export interface GreeterSetting {
  clock: Clock;
  system: System;
  place(link: string): LinkPlace;
  /** Nodes of which the system knows nothing. */
  strangers?: readonly string[];
  /** Where the source's address of a link cannot be dialled from here: a way to begin where the source is. */
  door?(link: string, signal: AbortSignal): Promise<Door | undefined>;
}

export function greeter({ clock, system, place, door, strangers = [] }: GreeterSetting): Greeter {
  /** Tokens under way, and what to call when one arrives. */
  const waiting = new Map<string, () => void>();
  const series = freshId();
  let count = 0;
  return {
    greetable(link) {
      const { to } = place(link).link;
      if (kindOf(to) === 'power') return true;
      return !strangers.includes(to) && (greets(system) || tellsRole(system));
    },
    arrived: (token) => waiting.get(token)?.(),
    async greet(link, patience) {
      const { link: edge, dial } = place(link);
      const way = wayTo(edge.to, system);
      const token = `${series}-${++count}`;
      let seen = false;
      let tell: () => void = () => {};
      const arrival = new Promise<void>((resolve) => {
        tell = resolve;
      });
      waiting.set(token, () => {
        seen = true;
        tell();
      });
      const sent = clock.now();
      try {
        const { outcome, took } = await send(clock, patience.answer, (signal) =>
          door
            ? through(door(link, signal), (address) => way.greet(address ?? dial, token, signal))
            : way.greet(dial, token, signal),
        );
        const rest = sent + (patience.arrival ?? 0) - clock.now();
        if (way.tells && !seen && outcome !== 'answered' && rest > 0) await firstOf(clock, rest, arrival);
        return { outcome, took, arrived: way.tells ? seen || outcome === 'answered' : undefined };
      } finally {
        waiting.delete(token);
      }
    },
  };
}

interface Way {
  greet(address: Address, token: string, signal: AbortSignal): Promise<unknown>;
  /** Whether somebody tells of the arrival. */
  tells: boolean;
}

function wayTo(destination: string, system: System): Way {
  if (kindOf(destination) === 'power') {
    return { greet: (address, token, signal) => http(address, `/greet/${token}`, signal), tells: true };
  }
  if (greets(system))
    return { greet: (...sent) => system.greet(...sent), tells: system.arrivalOf !== undefined };
  if (tellsRole(system))
    return { greet: (address, _token, signal) => system.role(address, signal), tells: false };
  throw new EnvironmentError({
    where: `system ${system.name}`,
    expected: 'a way to greet its nodes, so that faults on links can be witnessed',
    found: 'none',
    todo: 'give it the method `greet` or `role`',
  });
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

/** Sends, and tells apart how it ended. */
async function send(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<{ outcome: Greeting['outcome']; took: number }> {
  const sent = clock.now();
  const ending = new AbortController();
  const outcome = await new Promise<Greeting['outcome']>((resolve) => {
    // Where this process was held up, the answer may lie ready: it is taken in before the time counts as up.
    let timer = clock.timer(ms, () => {
      timer = clock.timer(GRACE, () => resolve('silent'));
    });
    work(ending.signal)
      .then(
        () => resolve('answered'),
        (error: unknown) => resolve(isRefusal(error) ? 'refused' : 'closed'),
      )
      .finally(() => timer.cancel());
  });
  const took = clock.now() - sent;
  ending.abort();
  return { outcome, took };
}

async function firstOf(clock: Clock, ms: number, arrival: Promise<void>): Promise<void> {
  const ending = new AbortController();
  await Promise.race([arrival, sleep(clock, ms, ending.signal).catch(() => undefined)]);
  ending.abort();
}

/** Whether nobody listened, wherever in the error that stands. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && error.code === 'ECONNREFUSED') return true;
  if (error instanceof AggregateError && error.errors.some(isRefusal)) return true;
  return isRefusal(error.cause) || error.message.includes('ECONNREFUSED');
}
