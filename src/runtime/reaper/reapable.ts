/**
 * What a run may have beside processes and a folder of this machine: things in a place that goes on without the run.
 * Whoever makes such things says here how they are removed (`runtime/reapables.ts` lists who does), and notes the place in
 * the run's folder before the first of them is made.
 */
import type { Clock } from '../../clock.js';
import type { Census } from '../../history/census.js';
import type { ProcessIdentity } from '../os-process.js';

/** `place` is always as it was noted. */
export interface Reapable {
  /** What such a place is called: `the container engine`. */
  readonly name: string;
  /** Removes everything of a run. */
  remove(run: string, place: unknown, clock: Clock, how: Thoroughness): Promise<Removal>;
  /** Looks at what there is of a run; left out where things are not counted. */
  look?(run: string, place: unknown): Promise<PlaceLook>;
  /** Finds what runs have left in the place that this environment names, noted or not; undefined where there is none. */
  leftovers?(
    environment: Readonly<Record<string, string | undefined>>,
    clock: Clock,
  ): Promise<Leftovers | undefined>;
}

export interface Thoroughness {
  /** Looks in a row that must find nothing, and how long they must go on, ms. */
  empty: number;
  quiet: number;
  /** Whether somebody waits, so that a place that does not answer is soon believed to be gone. */
  isAwaited: boolean;
}

export interface PlaceLook {
  census: Omit<Census, 'run'> & { run: Partial<Census['run']> };
  /** What is the run's, one text each. */
  found: string[];
}

export interface Removal {
  /** How many things were removed, where they are counted. */
  removed: number;
  /** What is still there, one text each. */
  left: string[];
  /** What could not be looked at, and why. */
  unseen: string[];
}

export interface Leftovers {
  /** By label. */
  runs: ReadonlyMap<string, FoundRun>;
  remove(run: string): Promise<Removal>;
  /** Removes the images that we made, but for those in use. */
  removeImages(): Promise<Omit<Removal, 'unseen'>>;
}

export interface FoundRun {
  /** Its runner, as each of its things names it. */
  runners: ProcessIdentity[];
  /** Whether its runner would be seen here if it lived. */
  here: boolean;
}
