/** What a service of a Compose file is read with. */
import type { Path, Problem } from '../problem.js';
import type { Surroundings } from './binds.js';
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
  /** Named volumes of the whole file. */
  volumes: Values;
  /** How a value is written. Here and below, `path` is within the service. */
  written(path: Path): string;
  refuse(path: Path, problem: Omit<Problem, 'path'>): void;
  note(path: Path, text: string): void;
}
