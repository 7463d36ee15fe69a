/**
 * Whether the freezer holds a container, as the kernel tells at once. An engine answers a good while after it has frozen
 * one, for it starts a program to do it; and where it is asked again soon, what it takes the container for may be what
 * that was the turn before (its own view is changed once more by events that come late).
 */
import { join } from 'node:path';
import { type Clock, sleep } from '../../clock.js';
import { type Span, spanned } from '../../span.js';
import type { ProcessIdentity } from '../os-process.js';
import { refusalOf } from './engine.js';
import { cgroupOf, readText } from './handicap/cgroup.js';

/** `partly`: it has begun, or is being undone. */
type Frozen = 'no' | 'partly' | 'all';

/** Time between two looks, ms. */
const LOOK_EVERY = 1;

/** When all of a container, or nothing of it, came to be held: as seen from here, else from the order to the answer. */
export async function spanOfFreezer(
  wanted: 'all' | 'no',
  process: ProcessIdentity | undefined,
  clock: Clock,
  work: () => Promise<unknown>,
): Promise<Span> {
  const frozen = process && freezerOf(process);
  let seen: Span | undefined;
  const asked = await spanned(clock, async () => {
    if (frozen) seen = await seenToBe(wanted, frozen, work(), clock);
    else await work();
  });
  return seen ?? asked;
}

/** What an engine refuses because of what it takes the container for it is asked again, for so long, ms. */
const ASK_AGAIN_FOR = 2000;
const ASK_EVERY = 5;

/** Gives the engine an order until it takes it, or refuses it for another reason than `isPassing` knows. */
export async function ordered(
  order: () => Promise<unknown>,
  isPassing: (refusal: string) => boolean,
  clock: Clock,
): Promise<void> {
  const end = clock.now() + ASK_AGAIN_FOR;
  for (;;) {
    try {
      await order();
      return;
    } catch (error) {
      if (clock.now() > end || !isPassing(refusalOf(error))) throw error;
      await sleep(clock, ASK_EVERY);
    }
  }
}

/** Of the container of a process of this machine; undefined where its control group cannot be seen. */
export function freezerOf({ pid }: ProcessIdentity): (() => Frozen) | undefined {
  const group = cgroupOf(pid, 'freezer');
  if (!group) return undefined;
  const read = (name: string) => readText(join(group.folder, name))?.trim() ?? '';
  if (group.version === 1)
    return () => {
      const state = read('freezer.state');
      return state === 'FROZEN' ? 'all' : state === 'FREEZING' ? 'partly' : 'no';
    };
  return () => {
    const [wanted, is] = [read('cgroup.freeze') === '1', /^frozen 1$/m.test(read('cgroup.events'))];
    return wanted && is ? 'all' : wanted || is ? 'partly' : 'no';
  };
}

/** When it was frozen, or let go, while `work` did it; undefined where that was not seen. Rejects where `work` does. */
async function seenToBe(
  wanted: 'no' | 'all',
  frozen: () => Frozen,
  work: Promise<unknown>,
  clock: Clock,
): Promise<Span | undefined> {
  const before = wanted === 'all' ? 'no' : 'all';
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  over.catch(() => undefined);
  let at = clock.now();
  let span: Span | undefined;
  for (let last = false; !span && !last; ) {
    // What is done by then shows in one more look.
    last = isOver;
    const now = clock.now();
    const seen = frozen();
    if (seen === before) at = now;
    else if (seen === wanted) span = { at, last: clock.now() };
    if (!span && !last) await sleep(clock, LOOK_EVERY);
  }
  await over;
  return span;
}
