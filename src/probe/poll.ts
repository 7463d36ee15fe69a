/**
 * Looks at a fixed rate:
 *
 *     every   |----|----|----|----|
 *     look    =>   =======>  =>          a look that lasts past the next beat skips it, and never piles up
 */
import type { Clock, Timer } from '../clock.js';
import { lookOnce, type Probe } from './probe.js';

export interface PollSetting<Seen> {
  clock: Clock;
  /** Milliseconds from one look to the next. */
  every: number;
  /** Milliseconds that one look may take. */
  timeout: number;
  /** Told of each look: what was seen or why nothing was, and between which instants. */
  onLook(look: PolledLook<Seen>): void;
}

export type PolledLook<Seen> = { asked: number; answered: number } & ({ seen: Seen } | { error: unknown });

export interface Poll {
  /** How many beats were skipped because the look before was still under way. */
  readonly skipped: number;
  /** Stops; a look under way is given up and not told of. */
  stop(): void;
}

/** Starts looking, at once and then at each beat. Beats keep to their grid however late one of them is. */
export function poll<Seen>(probe: Probe<Seen>, setting: PollSetting<Seen>): Poll {
  const { clock, every, timeout, onLook } = setting;
  const ending = new AbortController();
  const start = clock.now();
  let beat = 0;
  let skipped = 0;
  let busy = false;
  let timer: Timer;

  const look = async () => {
    busy = true;
    const asked = clock.now();
    const result = await lookOnce(probe, clock, timeout, ending.signal).then(
      (seen) => ({ seen }),
      (error: unknown) => ({ error }),
    );
    busy = false;
    if (!ending.signal.aborted) onLook({ asked, answered: clock.now(), ...result });
  };
  const next = () => {
    if (busy) skipped += 1;
    else void look();
    // Beats that lie in the past (the machine was asleep, the loop was held up) are not made up for.
    const passed = Math.max(beat, Math.floor((clock.now() - start) / every));
    skipped += passed - beat;
    beat = passed + 1;
    timer = clock.timer(start + beat * every - clock.now(), next);
  };
  next();
  return {
    get skipped() {
      return skipped;
    },
    stop() {
      timer.cancel();
      ending.abort();
    },
  };
}
