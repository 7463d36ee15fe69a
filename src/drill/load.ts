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
import { checkRecipes } from './check-recipes.js';
import type { Place } from './compose/binds.js';
import type { Importing, Locate } from './compose/context.js';
import { composeOf, importCompose } from './compose/import.js';
import { readDocument } from './document.js';
import { Phrases, problemsOf } from './issues.js';
import type { Parts } from './parts.js';
import { locatedError, type Problem, problemsError } from './problem.js';
import { type Drill, drillSchema, encodeDrill } from './schema.js';
import { filledInOf, noteFilledIn } from './secrets.js';
import { settled } from './settle.js';
import { Source } from './source.js';
import { noteSteps } from './step-text.js';

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
}

/** Where a drill came from, for problems that only show later. */
const origins = new WeakMap<Drill, { locate: Locate; notes: readonly string[] }>();

/** Reads and validates a drill file; throws a `UsageError` that names each place and what to do there. */
export async function loadDrill(file: string, parts: Parts, options?: LoadOptions): Promise<Drill> {
  const shown = options?.shownAs ?? file;
  const importing = { folder: dirname(resolve(file)), environment: options?.environment ?? {}, read, look };
  return parseDrill(readBytes(file, shown), shown, parts, { ...options, importing });
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

/** The drill that `bytes` describe; `file` is what errors call them. */
export function parseDrill(
  bytes: Uint8Array | string,
  file: string,
  parts: Parts,
  options: ParseOptions = {},
): Drill {
  const source = new Source(file, textOf(bytes, file));
  const reading = readDocument(source);
  if ('problems' in reading) throw problemsError(source, reading.problems);
  const { content } = reading;
  const { importing } = options;
  const compose = importing && composeOf(content.value);
  const { value, locate, notes, filledIn } = compose
    ? importCompose(source, content, compose, importing)
    : {
        value: content.value,
        locate: (...[path, on]: Parameters<Locate>) => ({ source, range: content.rangeOf(path, on) }),
        notes: [],
        filledIn: [],
      };
  const phrases = new Phrases();
  const result = drillSchema(parts).safeDecode(value as never, { error: phrases.error });
  if (!result.success) throw placed(locate, problemsOf(result.error.issues, value, phrases));
  const problems = [...checkDrill(result.data, parts), ...checkWrittenBack(result.data, parts)];
  if (problems.length > 0) throw placed(locate, problems);
  const drill = settled(result.data, importing?.folder);
  const missing = importing ? checkRecipes(drill, importing.read) : [];
  if (missing.length > 0) throw placed(locate, missing);
  origins.set(drill, { locate, notes });
  noteFilledIn(drill, filledIn);
  noteSteps(drill, value);
  return drill;
}

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
