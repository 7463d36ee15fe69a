/**
 * A drill file, from its bytes to a validated `Drill` or to one `UsageError` that lists what is wrong:
 *
 *     bytes -> text -> YAML (document.ts) -> Compose file taken in (compose/) -> schema (schema.ts, issues.ts)
 *           -> meaning (check.ts) -> Drill
 */

import { realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { boundedFile } from '../bounded-file.js';
import { messageOf, UsageError } from '../errors.js';
import { bufferOf } from '../histories/formats/input.js';
import { textOf as decoded } from '../histories/formats/utf8.js';
import { checkDrill } from './check.js';
import { expectedUnlessSaid } from './check-expectations.js';
import { checkRecipes } from './check-recipes.js';
import type { Place } from './compose/binds.js';
import type { Importing, Locate } from './compose/context.js';
import { composeOf, importCompose } from './compose/import.js';
import { readDocument } from './document.js';
import { Phrases, problemsOf } from './issues.js';
import { checkMatrix, combinationsOf, type Values, withValues } from './matrix.js';
import type { Parts } from './parts.js';
import { locatedError, type Problem, problemsError } from './problem.js';
import { type Drill, drillSchema, encodeDrill } from './schema.js';
import { filledInOf, noteFilledIn } from './secrets.js';
import { settled } from './settle.js';
import { Source } from './source.js';
import { noteSteps } from './step-text.js';
import { listed } from './suggest.js';

/** The largest drill file. */
export const MOST_BYTES = 1_000_000;

export interface LoadOptions {
  /** What errors call the file: the name that the user gave, where that is relative to another folder. */
  shownAs?: string;
  /** For the variables in a Compose file. */
  environment?: Readonly<Record<string, string | undefined>>;
}

export interface ParseOptions {
  /** What a Compose file is taken in with; without it, there can be none. */
  importing?: Importing;
  /** Those of the file's matrix that this drill has. */
  values?: Values;
}

/** Where a drill came from, for problems that only show later. */
const origins = new WeakMap<Drill, { locate: Locate; notes: readonly string[] }>();

/** The first of the drills of a file. */
export async function loadDrill(file: string, parts: Parts, options?: LoadOptions): Promise<Drill> {
  return (await loadAll(file, parts, options))[0]!;
}

/**
 * Reads and validates a drill file; throws a `UsageError` that names each place and what to do there. One drill, or with a
 * `matrix` one for each combination of its values.
 */
export async function loadAll(file: string, parts: Parts, options?: LoadOptions): Promise<Drill[]> {
  const shown = options?.shownAs ?? file;
  const importing = { folder: dirname(resolve(file)), environment: options?.environment ?? {}, read, look };
  return parseAll(readBytes(file, shown), shown, parts, { ...options, importing });
}

/** The drills that `bytes` describe; `file` is what errors call them. */
export function parseAll(
  bytes: Uint8Array | string,
  file: string,
  parts: Parts,
  options?: ParseOptions,
): Drill[] {
  const reading = readDocument(new Source(file, textOf(bytes, file)));
  const value = 'content' in reading ? (reading.content.value as { matrix?: unknown } | null) : null;
  const combinations = combinationsOf(value?.matrix);
  // What is wrong with a matrix shows where the drill is parsed without its values.
  if (combinations === undefined) return [parseDrill(bytes, file, parts, options)];
  return combinations.map((values) => parseDrill(bytes, file, parts, { ...options, values }));
}

/** What was not taken of the Compose file that a drill names, each with its place. */
export function notesOf(drill: Drill): readonly string[] {
  return origins.get(drill)?.notes ?? [];
}

/** The same drill without its steps, and so without what they need. */
export function withoutSteps(drill: Drill): Drill {
  const without = { ...drill, steps: [] };
  const origin = origins.get(drill);
  if (origin) origins.set(without, origin);
  noteFilledIn(without, filledInOf(drill));
  return without;
}

/** The one drill that `bytes` describe; `file` is what errors call them. */
export function parseDrill(
  bytes: Uint8Array | string,
  file: string,
  parts: Parts,
  options: ParseOptions = {},
): Drill {
  const source = new Source(file, textOf(bytes, file));
  const reading = readDocument(source);
  if ('problems' in reading) throw problemsError(source, reading.problems);
  const { importing, values } = options;
  const content = values
    ? { ...reading.content, value: withValues(reading.content.value, values) }
    : reading.content;
  const compose = importing && composeOf(content.value);
  const { value, locate, notes, filledIn } = compose
    ? importCompose(source, content, compose, importing)
    : {
        value: content.value,
        locate: (...[path, on]: Parameters<Locate>) => ({ source, range: content.rangeOf(path, on) }),
        notes: [],
        filledIn: [],
      };
  const several = checkMatrix(value);
  if (several.length > 0) throw placed(locate, several);
  const phrases = new Phrases();
  const result = drillSchema(parts).safeDecode(value as never, { error: phrases.error });
  if (!result.success) throw placed(locate, problemsOf(result.error.issues, value, phrases));
  const problems = [...checkDrill(result.data, parts), ...checkWrittenBack(result.data, parts)];
  if (problems.length > 0) throw placed(locate, problems);
  const isSilent = (value as { expect?: unknown }).expect === undefined;
  const expect = isSilent ? expectedUnlessSaid(result.data, parts) : result.data.expect;
  const assumed = isSilent ? Object.keys(expect).map((name) => `${name}: 0`) : [];
  if (isSilent && assumed.length === 0) throw placed(locate, [NOTHING_EXPECTED]);
  const drill = settled({ ...result.data, expect }, importing?.folder);
  const missing = importing ? checkRecipes(drill, importing.read) : [];
  if (missing.length > 0) throw placed(locate, missing);
  const note = `${file} has no \`expect\`; what is expected of it is ${listed(assumed, 'and')}`;
  origins.set(drill, { locate, notes: isSilent ? [...notes, note] : notes });
  noteFilledIn(drill, filledIn);
  noteSteps(drill, value);
  return drill;
}

const NOTHING_EXPECTED: Problem = {
  path: ['expect'],
  message: 'missing key `expect`',
  expected: 'what must hold',
  todo: 'here nothing can be judged unless it is named',
};

/** A drill as resolved is written into histories: what a part's schema makes of its options must lead back to them. */
function checkWrittenBack(drill: Drill, parts: Parts): Problem[] {
  try {
    encodeDrill(drill, parts);
    return [];
  } catch (error) {
    const message = `a part's schema cannot be written back: ${messageOf(error)}`;
    return [{ path: ['plugins'], message, todo: 'use a codec of zod (z.codec) in place of a transform' }];
  }
}

/** The error for problems of a drill that was loaded before: with places where it came from a file. */
export function drillError(drill: Drill, problems: readonly Problem[]): UsageError {
  const origin = origins.get(drill);
  if (origin) return placed(origin.locate, problems);
  return new UsageError(
    problems
      .map(({ path, on, ...text }) => new UsageError({ ...text, where: path.join('.') }).message)
      .join('\n'),
  );
}

function placed(locate: Locate, problems: readonly Problem[]): UsageError {
  return locatedError(problems.map(({ path, on, ...text }) => ({ ...text, ...locate(path, on) })));
}

/** A file that a drill file leads to: a Compose file, and what that leads to. */
function read(file: string): string | undefined {
  const content = boundedFile(file, MOST_BYTES);
  return 'bytes' in content ? content.bytes.toString('utf8').replace(/^\ufeff/, '') : undefined;
}

function look(path: string): Place | undefined {
  try {
    const real = realpathSync(path);
    const about = statSync(real);
    return { real, kind: about.isFile() ? 'file' : about.isDirectory() ? 'folder' : 'other' };
  } catch {
    return undefined;
  }
}

function readBytes(file: string, shown: string): Uint8Array {
  const content = boundedFile(file, MOST_BYTES);
  if ('bytes' in content) return content.bytes;
  const { found, missing } = content;
  throw new UsageError({
    where: shown,
    expected: missing ? 'a drill file' : 'a drill file of at most 1 MB',
    found,
    ...(missing && { todo: 'see `drill list`, or write one with `drill init`' }),
  });
}

function textOf(bytes: Uint8Array | string, file: string): string {
  const size = typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.byteLength;
  if (size > MOST_BYTES)
    throw new UsageError({ where: file, expected: 'a drill file of at most 1 MB', found: 'a larger one' });
  const { text, wrong } = typeof bytes === 'string' ? { text: bytes } : decoded(bufferOf(bytes));
  if (wrong === undefined) return text.replace(/^\ufeff/, '');
  const before = text.split('\n');
  throw new UsageError({
    where: `${file}:${before.length}:${before.at(-1)!.length + 1}`,
    expected: 'UTF-8',
    found: `the byte 0x${wrong.toString(16).padStart(2, '0')}`,
    todo: 'save the file as UTF-8',
  });
}
