/**
 * What a keeper and its command tell each other. The keeper is a process of its own that is the runner of one
 * execution, so that what it runs can outlive the command:
 *
 *     command                        keeper
 *     a Job              -->
 *                        <--  event, event, ...
 *                        <--  may-stay                (of a drill that did not pass)
 *     stay | down        -->
 *                        <--  done, with addresses where something stays
 *     leave              -->                          (the command ends; the keeper stays)
 *
 * A command that goes away without `leave` has been killed: then the keeper takes everything down and ends.
 */

import type { Verdict } from '../../checker/verdict.js';
import type { DrillFile } from '../../drill/schema.js';
import type { Event } from '../../history/event.js';
import type { Addresses } from '../../report/addresses.js';
import type { RuntimeName } from '../../runtime/runtime.js';

export interface Job {
  /** `up`: bring it up, and no more. `run`: carry the drill out, and ask whether what did not pass may stay. */
  how: 'up' | 'run';
  /** The drill as resolved, and its file's path. */
  drill: DrillFile;
  /** The values in it that came from the environment. */
  filledIn: readonly string[];
  file: string;
  /** The plug-in files of its catalog. */
  plugins: readonly string[];
  runtime: RuntimeName;
  seed: number;
  execution: number;
  /** An empty folder with an empty folder `logs` in it. Absolute. */
  folder: string;
  /** What is to carry the links. */
  linksBy?: string | undefined;
  environment: Readonly<Record<string, string | undefined>>;
}

export type Order = 'stay' | 'down' | 'interrupt' | 'leave';

export type Told =
  | { tell: 'event'; event: Event }
  | { tell: 'may-stay' }
  | { tell: 'done'; verdict?: Verdict; stays?: Addresses }
  | { tell: 'failed'; kind: 'usage' | 'environment' | 'internal'; message: string };
