/** What takes long is told of: at once, and every few seconds how far it has come. */
import type { Clock } from '../clock.js';

export type Tell = (text: string) => void;

/** How long nothing is told after something was, ms. */
const QUIET = 5000;

/** Passes a text on where nothing was told for a while, from now on. */
export function nowAndThen(clock: Pick<Clock, 'now'>, tell: Tell): Tell {
  let told = clock.now();
  return (text) => {
    if (clock.now() - told < QUIET) return;
    told = clock.now();
    tell(text);
  };
}
