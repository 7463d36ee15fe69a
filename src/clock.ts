/**
 * The one home of time. Everything else is handed a `Clock`, so that the same code runs under real time
 * (`systemClock`) and under virtual time (`VirtualClock`).
 *
 * Real monotonic time is CLOCK_MONOTONIC, which processes and containers on one kernel share: instants that
 * different processes stamp can be subtracted from each other.
 */

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Monotonic time in milliseconds, with microsecond digits or better. Its origin means nothing. */
  now(): number;
  /** Calls `fire` once, `ms` milliseconds from now (never sooner; at once where `ms` <= 0). */
  timer(ms: number, fire: () => void): Timer;
  /** The time of day, for people; never for measuring. */
  wall(): Date;
}

export const systemClock: Clock = {
  now() {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  },
  timer(ms, fire) {
    // Node counts timers in whole milliseconds of the loop's own time and may fire up to one too soon.
    const due = this.now() + ms;
    const check = () => {
      const rest = due - this.now();
      if (rest <= 0) fire();
      else handle = setTimeout(check, Math.ceil(rest));
    };
    let handle = setTimeout(check, Math.max(0, Math.ceil(ms)));
    return { cancel: () => clearTimeout(handle) };
  },
  wall: () => new Date(),
};

/** Calls `fire` once what is under way is done and what has come in was taken: no time passes for it. */
export function soon(fire: () => void): void {
  setImmediate(fire);
}

/** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted before. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.timer(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Looks until it is so, `ms` milliseconds have passed or `until` has come; says whether it was so in the end. */
export async function becomes(
  clock: Clock,
  ms: number,
  isSo: () => boolean | Promise<boolean>,
  until = Number.POSITIVE_INFINITY,
  every = 5,
): Promise<boolean> {
  const end = Math.min(until, clock.now() + ms);
  while (!(await isSo())) {
    if (clock.now() >= end) return false;
    await sleep(clock, every);
  }
  return true;
}

/** What `within` rejects with when time is up. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * Runs `work`, which must give up when its signal is aborted, for at most `ms` milliseconds.
 * Rejects with a `TimeoutError` that names `what` when time is up, with the outer signal's reason when that
 * one is aborted first.
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> {
  outer?.throwIfAborted();
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const end = (reason: unknown) => {
      controller.abort(reason);
      reject(reason);
    };
    const timer = clock.timer(ms, () => end(new TimeoutError(`${what} took longer than ${ms} ms`)));
    const abort = () => end(outer?.reason);
    outer?.addEventListener('abort', abort, { once: true });
    work(controller.signal)
      .then(resolve, reject)
      .finally(() => {
        timer.cancel();
        outer?.removeEventListener('abort', abort);
      });
  });
}

/**
 * Begins all of these at once and ends as the first of them does; the others are told to give up, so that none goes on
 * looking for what nobody waits for.
 */
export async function firstToEnd<T>(
  signal: AbortSignal,
  ...works: ((signal: AbortSignal) => Promise<T>)[]
): Promise<T> {
  const ending = new AbortController();
  const either = AbortSignal.any([signal, ending.signal]);
  try {
    return await Promise.race(works.map((work) => work(either)));
  } finally {
    ending.abort();
  }
}

/**
 * The work's outcome, or the signal's reason as soon as it is aborted. The work is not told: it is for what ends by
 * itself once what it works on is taken down.
 */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** After how many timers the event loop has a turn, so that signals and other executions are heard. */
const TIMERS_A_TURN = 500;
/** How many turns, 1 ms apart, a work may wait for something real that no timer stands for. */
const TURNS_FOR_NOTHING = 5000;

interface Due {
  at: number;
  sequence: number;
  /** Undefined once it was cancelled. */
  fire: (() => void) | undefined;
}

/**
 * Virtual time: it stands still until `advance` or `pass` moves it on, from one timer to the next. Timers of one instant
 * fire in the order in which they were asked for.
 */
export class VirtualClock implements Clock {
  #now: number;
  #sequence = 0;
  /** A binary heap: no entry is due before the one at (its place - 1) / 2. */
  readonly #heap: Due[] = [];

  constructor(start = 0) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  wall(): Date {
    return new Date(this.#now);
  }

  timer(ms: number, fire: () => void): Timer {
    const due: Due = { at: this.#now + Math.max(0, ms), sequence: this.#sequence++, fire };
    this.#push(due);
    return {
      cancel() {
        due.fire = undefined;
      },
    };
  }

  /** When the next timer is due, or undefined where there is none. */
  next(): number | undefined {
    while (this.#heap[0] && !this.#heap[0].fire) this.#pop();
    return this.#heap[0]?.at;
  }

  /** Moves time on by `ms` milliseconds and fires every timer that falls due on the way. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let at = this.next(); at !== undefined && at <= end; at = this.next()) this.#fireNext();
    this.#now = end;
  }

  /**
   * Begins the work and moves time on, from timer to timer, until it has ended; before each, all that the one before has
   * set off by promises is done. The work must wait for timers and promises alone: time does not wait for anything real.
   * Rejects where the work has not ended and nothing was due for `turns` turns of a millisecond.
   */
  pass<T>(work: () => Promise<T>, turns = TURNS_FOR_NOTHING): Promise<T> {
    return new Promise((resolve, reject) => {
      let hasEnded = false;
      work()
        .then(resolve, reject)
        .finally(() => {
          hasEnded = true;
        });
      let [count, idle] = [0, 0];
      const step = () => {
        if (hasEnded) return;
        if (this.next() === undefined) {
          if (++idle > turns) reject(new Error('nothing is due, and the work has not ended'));
          else setTimeout(step, 1);
          return;
        }
        idle = 0;
        try {
          this.#fireNext();
        } catch (error) {
          reject(error);
          return;
        }
        if (++count % TIMERS_A_TURN === 0) setImmediate(step);
        else onceDrained(step);
      };
      onceDrained(step);
    });
  }

  /** Only where `next` has told of one. */
  #fireNext(): void {
    const { at, fire } = this.#pop();
    this.#now = at;
    fire?.();
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let place = heap.length;
    for (let above = (place - 1) >> 1; place > 0 && isBefore(due, heap[above]!); above = (place - 1) >> 1) {
      heap[place] = heap[above]!;
      place = above;
    }
    heap[place] = due;
  }

  #pop(): Due {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    const { length } = heap;
    if (length === 0) return first;
    let place = 0;
    for (let below = 1; below < length; below = 2 * place + 1) {
      if (below + 1 < length && isBefore(heap[below + 1]!, heap[below]!)) below += 1;
      if (!isBefore(heap[below]!, last)) break;
      heap[place] = heap[below]!;
      place = below;
    }
    heap[place] = last;
    return first;
  }
}

function isBefore(one: Due, other: Due): boolean {
  return one.at < other.at || (one.at === other.at && one.sequence < other.sequence);
}

/** Node empties its queue of ticks again once all promises are done with, whatever those have set off. */
function onceDrained(fire: () => void): void {
  queueMicrotask(() => process.nextTick(fire));
}
