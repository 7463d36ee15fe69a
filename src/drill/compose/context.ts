/** What a Compose file and its services are read with, and what comes of it. */
import type { Path, Problem } from '../problem.js';
import type { Range, Source } from '../source.js';
import type { Place, Surroundings } from './binds.js';
import type { Lookup } from './interpolate.js';

export type Values = Readonly<Record<string, unknown>>;

/** What a service is read with. */
export interface ServiceContext {
  name: string;
  /** The Compose file's folder, absolute. */
  folder: string;
  environment: Lookup;
  /** What binds are judged by. */
  around: Surroundings;
  /** The text of a file; undefined where there is none. */
  read(file: string): string | undefined;
  /** What the whole file declares: named volumes, secrets and configs. */
  declared: Readonly<Record<'volumes' | 'secrets' | 'configs', Values>>;
  /** The names of all other services and nodes. */
  known: readonly string[];
  /** Whether a service of that name is a node; `profile` where it would be, were it not for its profiles. */
  isNode(service: string): boolean | 'profile';
  /** How a value is written. Here and below, `path` is within the service. */
  written(path: Path): string;
  refuse(path: Path, problem: Omit<Problem, 'path'>): void;
  note(path: Path, text: string): void;
}

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
