/** One place of the sources, and what stands there instead. */
export interface Change {
  file: string;
  /** Occurs exactly once in the file. */
  find: string;
  replace: string;
}

export interface Mutant extends Change {
  name: string;
  /** Which protection is broken, and what that costs. */
  breaks: string;
  costs: string;
  /** What would mask it otherwise, broken with it. */
  also?: Change[];
  /** What the drills must have that are drawn for it. */
  search?: Record<string, string | true>;
}

export function mutants(): Mutant[];
export function mutate(mutant: Mutant): Map<string, string>;
export function transpile(sources: ReadonlyMap<string, string>, folder: string): void;
export function build(mutant: Mutant | undefined, folder: string): void;
