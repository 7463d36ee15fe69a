/**
 * Watches whether the runner is on time, by a timer that should fire at a fixed beat. Where it fires late, nothing that
 * was to be done meanwhile was done on time either, and what clients seemed to wait for was the runner.
 *
 *     beat    beat    (stopped for 3 s)            beat
 *      |20 ms  |20 ms  due ............... fired    |
 *                      at ------ took -----|
 *
 * A machine that sleeps stops the monotonic clock with everything else, so a sleep shows as the time of day running
 * ahead of it.
 */
import type { Clock } from '../clock.js';

/** Time between two beats, ms. */
const BEAT = 20;
/**
 * How late a beat may be, ms. A machine with time to spare stays below 25; with twelve busy loops on two cores about one
 * beat a second is later than this. The shortest time-out that detectors use is several times as long.
 */
export const ON_TIME = 50;
/** A stall that begins within this time after another is the same one, ms: the loop had two beats in between at most. */
const ADJACENT = 2 * BEAT;
/** How far the time of day may run ahead between two beats before the machine has slept, ms. Clocks are slewed, too. */
const AHEAD = 1000;

/** In milliseconds of the clock. */
export interface Stall {
  at: number;
  took: number;
}

export interface StallWatch {
  /** How late all beats were together until now, ms: by how much two instants lie apart because the runner stood still. */
  late(): number;
  /** Tells of a stall that was not told yet, and of no more. */
  stop(): void;
}

/** Tells of every stall once it is over. */
export function watchStalls(clock: Clock, onStall: (stall: Stall) => void): StallWatch {
  let pending: { at: number; end: number } | undefined;
  const tell = () => {
    if (pending) onStall({ at: pending.at, took: pending.end - pending.at });
    pending = undefined;
  };
  const ahead = () => clock.wall().getTime() - clock.now();
  let before = ahead();
  let due = clock.now() + BEAT;
  let late = 0;
  let stopped = false;
  const look = () => {
    const now = clock.now();
    const slept = ahead() - before > AHEAD ? ahead() - before : 0;
    before = ahead();
    if (slept === 0 && now - due < ON_TIME) {
      if (pending && now - pending.end > ADJACENT) tell();
      return;
    }
    if (pending && due - pending.end > ADJACENT) tell();
    pending = { at: pending?.at ?? Math.min(due, now), end: now + slept };
    if (slept > 0) tell();
  };
  const beat = () => {
    look();
    late += clock.now() - due;
    due = clock.now() + BEAT;
    timer = clock.timer(BEAT, beat);
  };
  let timer = clock.timer(BEAT, beat);
  return {
    late: () => late + Math.max(0, clock.now() - due),
    stop() {
      if (stopped) return;
      stopped = true;
      timer.cancel();
      // The beat that is due may be the late one.
      look();
      tell();
    },
  };
}
