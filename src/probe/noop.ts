/**
 * The probe that sees nothing: the smallest there is, and the one to copy for a new probe.
 *
 * A probe is made for one thing to look at (a node's address, a command), holds no state, and keeps no timer of
 * its own: how often it looks and for how long is up to whoever asks it (poll.ts, `lookOnce`).
 */
import type { Probe } from './probe.js';

export function noopProbe(): Probe<undefined> {
  return {
    name: 'noop',
    async look(signal) {
      signal.throwIfAborted();
      return undefined;
    },
  };
}
