/**
 * The three kinds of error that the tool can end with, and the one style of their texts:
 *
 *     <where>: expected <expected>, found <found>; <todo>
 *
 * `UsageError` is the user's to mend (exit 2), `EnvironmentError` is the machine's (exit 3, inconclusive),
 * `InternalError` is ours.
 */

/** What an error says. Every part but `message` may be left out where there is nothing to say. */
export interface ErrorText {
  /** What went wrong, when expected/found does not say it by itself. */
  message?: string;
  /** Where: `file:line:column`, a node, an address. */
  where?: string;
  expected?: string;
  found?: string;
  /** What to do about it, as an imperative. */
  todo?: string;
}

/** Renders the parts of an error in the one style of the project. */
export function errorText(text: ErrorText): string {
  const clauses: string[] = [];
  if (text.message) clauses.push(text.message);
  if (text.expected && text.found) clauses.push(`expected ${text.expected}, found ${text.found}`);
  else if (text.expected) clauses.push(`expected ${text.expected}`);
  else if (text.found) clauses.push(`found ${text.found}`);
  const body = [clauses.join(': '), text.todo].filter(Boolean).join('; ');
  return text.where ? `${text.where}: ${body}` : body;
}

abstract class DrillError extends Error {
  abstract readonly exitCode: number;
  readonly text: ErrorText;

  constructor(text: ErrorText | string, options?: ErrorOptions) {
    const parts = typeof text === 'string' ? { message: text } : text;
    super(errorText(parts), options);
    this.text = parts;
    this.name = new.target.name;
  }
}

/** The command line or a drill file is wrong. Exit code 2. */
export class UsageError extends DrillError {
  readonly exitCode = 2;
}

/** The machine, the engine or a node kept the drill from being carried out. Exit code 3. */
export class EnvironmentError extends DrillError {
  readonly exitCode = 3;
}

/** A defect of failover-drill itself. Exit code 3: what it reports is no evidence. */
export class InternalError extends DrillError {
  readonly exitCode = 3;
}

/** Throws an `InternalError` for a name that stands for nothing: it should have been checked before. */
export function unknown(expected: string, found: string): never {
  throw new InternalError({ expected, found: `"${found}"` });
}

export function isDrillError(error: unknown): error is UsageError | EnvironmentError | InternalError {
  return error instanceof DrillError;
}

/**
 * Whether something thrown is an error, by what it has: `instanceof Error` is false for those of another realm, and a
 * test runner that loads us into a realm of its own (Jest) gets Node's errors from outside it.
 */
export function isError(error: unknown): error is Error & { code?: unknown; errors?: unknown } {
  if (typeof error !== 'object' || error === null) return false;
  return 'message' in error && typeof error.message === 'string' && 'name' in error;
}

/** The code that Node gives its errors, such as ENOENT; empty where there is none. */
export function codeOf(error: unknown): string {
  return isError(error) && typeof error.code === 'string' ? error.code : '';
}

/** The message of anything thrown, with its lines: what a node wrote last has several. */
export function linesOf(error: unknown): string {
  return isError(error) ? error.message || error.name : String(error);
}

/** The message of anything thrown, on one line. */
export function messageOf(error: unknown): string {
  const text = linesOf(error).replace(/\s*\n\s*/g, ' ');
  const isRemedied = !NO_FILE_LEFT.test(text) || text.includes('ulimit');
  return isRemedied ? text : `${text}; raise the limit of open files (\`ulimit -n 4096\`)`;
}

/** The system's words for it name the cause alone. */
const NO_FILE_LEFT = /\bE[MN]FILE\b/;
