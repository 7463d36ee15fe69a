/** What a command is, and the little that it may know of the outside. */
import type { Argv } from 'yargs';

/** The outside, handed in by cli.ts. */
export interface Io {
  /** Writes text, in place of the `over` lines above the cursor on a terminal that lines can be rewritten on. */
  stdout(text: string, over?: number): void;
  stderr(text: string): void;
  /** Writes text that a CI system shows folded under a title; only where there is one that does. */
  fold?: ((title: string, text: string) => void) | undefined;
  /** The bytes of standard input, where there is one. */
  stdin?(): AsyncIterable<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Whether colours may be used. */
  readonly color: boolean;
  /** Whether stdout is a terminal that lines can be rewritten on. */
  readonly interactive: boolean;
  /** The size of the terminal now, or a usual one where there is none. */
  columns(): number;
  rows(): number;
  /** Aborted at Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

/** A command of the `drill` program. Heavy modules are imported inside `handler`. */
export interface Command<Args = Record<string, unknown>> {
  /** Yargs' form: `run <files..>`. */
  readonly command: string;
  readonly describe: string;
  builder(yargs: Argv, io: Pick<Io, 'cwd'>): Argv | Promise<Argv>;
  /** The exit code; a DrillError thrown is printed by cli.ts and gives its own. */
  handler(args: Args, io: Io): Promise<number>;
}
