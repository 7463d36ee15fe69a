/** What an import of a Compose file may know of the outside, and what it gives. */
import type { Path } from '../problem.js';
import type { Range, Source } from '../source.js';
import type { Place } from './binds.js';

/** What an import may know of the outside. */
export interface Importing {
  /** The drill file's folder, absolute. */
  folder: string;
  /** For the variables in the Compose file. */
  environment: Readonly<Record<string, string | undefined>>;
  /** The text of a file; undefined where there is none that can be read. */
  read(file: string): string | undefined;
  /** What is at a path, with all links followed; undefined where there is nothing. */
  look(path: string): Place | undefined;
}

/** Where what a path leads to is written. */
export type Locate = (path: Path, on?: 'key') => { source: Source; range: Range };

export interface Imported {
  /** The drill file's value, with nodes in place of the Compose file. */
  value: unknown;
  locate: Locate;
  /** What was not taken, each with its place. */
  notes: string[];
  /** The values that came from the environment, or from `.env`. */
  filledIn: string[];
}
