/** The interface of a probe: looks at one thing of one node, beside the links, and says what it saw. */
import { type Clock, within } from '../clock.js';

export interface Probe<Seen> {
  readonly name: string;
  /** Rejects where nothing could be seen; must give up when the signal is aborted. */
  look(signal: AbortSignal): Promise<Seen>;
}

/** How healthy something is found to be: by a status, an open port, an exit code. */
export interface Health {
  healthy: boolean;
  /** What was seen, for people: `status 503`, `exit code 1: disk is full`. */
  detail: string;
}

/** Looks once, for at most `ms` milliseconds. Rejects with a `TimeoutError` when time is up. */
export function lookOnce<Seen>(
  probe: Probe<Seen>,
  clock: Clock,
  ms: number,
  outer?: AbortSignal,
): Promise<Seen> {
  return within(clock, ms, probe.name, (signal) => probe.look(signal), outer);
}
