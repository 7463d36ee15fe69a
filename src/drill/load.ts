/**
 * A drill file, from its bytes to a validated `Drill` or to one `UsageError` that lists what is wrong:
 *
 *     bytes -> text -> YAML (document.ts) -> schema (schema.ts, issues.ts) -> meaning (check.ts) -> Drill
 */
import { open } from 'node:fs/promises';
import { messageOf, UsageError } from '../errors.js';
import { type CheckOptions, checkDrill } from './check.js';
import { type Content, readDocument } from './document.js';
import { Phrases, problemsOf } from './issues.js';
import { type Problem, problemsError } from './problem.js';
import { type Drill, drillSchema } from './schema.js';
import { Source } from './source.js';

const MOST_BYTES = 1_000_000;

export interface LoadOptions extends CheckOptions {
  /** What errors call the file: the name that the user gave, where that is relative to another folder. */
  shownAs?: string;
}

/** Where a drill came from, for problems that only show later. */
const origins = new WeakMap<Drill, { source: Source; content: Content }>();

/** Reads and validates a drill file; throws a `UsageError` that names each place and what to do there. */
export async function loadDrill(file: string, options?: LoadOptions): Promise<Drill> {
  const shown = options?.shownAs ?? file;
  return parseDrill(await readBytes(file, shown), shown, options);
}

/** The drill that `bytes` describe; `file` is what errors call them. */
export function parseDrill(bytes: Uint8Array | string, file: string, options?: CheckOptions): Drill {
  const source = new Source(file, textOf(bytes, file));
  const reading = readDocument(source);
  if ('problems' in reading) throw problemsError(source, reading.problems);
  const { content } = reading;
  const phrases = new Phrases();
  const result = drillSchema.safeDecode(content.value as never, { error: phrases.error });
  if (!result.success) {
    throw placed(source, content, problemsOf(result.error.issues, content.value, phrases));
  }
  const problems = checkDrill(result.data, options);
  if (problems.length > 0) throw placed(source, content, problems);
  origins.set(result.data, { source, content });
  return result.data;
}

/** The error for problems of a drill that was loaded before: with places where it came from a file. */
export function drillError(drill: Drill, problems: readonly Problem[]): UsageError {
  const origin = origins.get(drill);
  if (origin) return placed(origin.source, origin.content, problems);
  return new UsageError(
    problems
      .map(({ path, on, ...text }) => new UsageError({ ...text, where: path.join('.') }).message)
      .join('\n'),
  );
}

function placed(source: Source, content: Content, problems: readonly Problem[]): UsageError {
  return problemsError(
    source,
    problems.map(({ path, on, ...text }) => ({ ...text, range: content.rangeOf(path, on) })),
  );
}

/** Reads no more than shows that a file is too large, whatever it is. */
async function readBytes(file: string, shown: string): Promise<Uint8Array> {
  try {
    const handle = await open(file);
    try {
      const buffer = Buffer.alloc(MOST_BYTES + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null);
        length += bytesRead;
        if (bytesRead === 0 || length === buffer.length) return buffer.subarray(0, length);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(
      {
        where: shown,
        expected: 'a drill file',
        found: missing ? 'no such file' : messageOf(error),
        ...(missing && { todo: 'see `drill list`, or write one with `drill init`' }),
      },
      { cause: error },
    );
  }
}

function textOf(bytes: Uint8Array | string, file: string): string {
  const size = typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.byteLength;
  if (size > MOST_BYTES)
    throw new UsageError({ where: file, expected: 'a drill file of at most 1 MB', found: 'a larger one' });
  if (typeof bytes === 'string') return bytes.replace(/^\ufeff/, '');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notUtf8(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), file);
  }
}

/** Where the first byte that is no UTF-8 stands: where decoding and encoding again first differ. */
function notUtf8(bytes: Buffer, file: string): UsageError {
  const text = bytes.toString('utf8');
  const again = Buffer.from(text);
  const at = bytes.findIndex((byte, index) => byte !== again[index]);
  const before = bytes.subarray(0, at).toString('utf8').split('\n');
  const byte = `0x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`;
  return new UsageError({
    where: `${file}:${before.length}:${(before.at(-1) ?? '').length + 1}`,
    expected: 'UTF-8',
    found: `the byte ${byte}`,
    todo: 'save the file as UTF-8',
  });
}
