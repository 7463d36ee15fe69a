/**
 * Defaults from a file: the first `drill.config.yaml` (or .yml, .json) from the working folder upwards, with the options
 * of `drill run` under their own names. The command line comes before it.
 *
 *     runtime: process
 *     parallel: 2
 *     tag: [smoke]
 */
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { boundedFile } from '../bounded-file.js';
import type { PlacedProblem } from '../drill/problem.js';
import { UsageError } from '../errors.js';

const MOST_BYTES = 100_000;
const NAMES = ['drill.config.yaml', 'drill.config.yml', 'drill.config.json'];

const KINDS = {
  text: { is: (value: unknown) => typeof value === 'string' && value !== '', expected: 'a text' },
  number: { is: (value: unknown) => typeof value === 'number', expected: 'a number' },
  switch: { is: (value: unknown) => typeof value === 'boolean', expected: 'true or false' },
  texts: {
    is: (value: unknown) => [value].flat().every((one) => typeof one === 'string'),
    expected: 'a text or a list of texts',
  },
} as const;

/** What each key is; what it may hold beyond that is checked as if it stood on the command line. */
const KEYS: Readonly<Record<string, keyof typeof KINDS>> = {
  runtime: 'text',
  out: 'text',
  toxiproxy: 'text',
  sign: 'text',
  filter: 'text',
  seed: 'number',
  repeat: 'number',
  parallel: 'number',
  keep: 'switch',
  bail: 'switch',
  quiet: 'switch',
  json: 'switch',
  tag: 'texts',
};

/** The defaults for a command with these options. Throws a `UsageError` with the place of what is wrong in the file. */
export async function configuredDefaults(
  cwd: string,
  options: readonly string[],
): Promise<Record<string, unknown>> {
  const path = nearest(cwd);
  if (path === undefined) return {};
  const [{ readDocument }, { found, problemsError }, { Source }] = await Promise.all([
    import('../drill/document.js'),
    import('../drill/problem.js'),
    import('../drill/source.js'),
  ]);
  const shown = relative(cwd, path).startsWith('..') ? path : relative(cwd, path);
  const file = boundedFile(path, MOST_BYTES);
  if ('found' in file) {
    throw new UsageError({
      where: shown,
      expected: 'a file with options of `drill run`',
      found: file.found,
      todo: 'make it one, or remove it',
    });
  }
  const source = new Source(shown, file.bytes.toString('utf8'));
  const reading = readDocument(source);
  if ('problems' in reading) throw problemsError(source, reading.problems);
  const { value, rangeOf } = reading.content;
  const problems = problemsOf(value, found).map(({ key, on, ...text }) => ({
    ...text,
    range: rangeOf(key === undefined ? [] : [key], on),
  }));
  if (problems.length > 0) throw problemsError(source, problems);
  const known = Object.entries(value as object).filter(([key]) => options.includes(key));
  return Object.fromEntries(
    // The folder that results go to, and the key, do not follow whoever runs a drill.
    known.map(([key, one]) => [
      key,
      key === 'out' || key === 'sign' ? relative(cwd, resolve(dirname(path), one)) || '.' : one,
    ]),
  );
}

type Problem = Omit<PlacedProblem, 'range'> & { key?: string; on?: 'key' };

function problemsOf(value: unknown, found: (value: unknown) => string): Problem[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [{ expected: 'options of `drill run` and their values', found: found(value) }];
  return Object.entries(value).flatMap(([key, one]): Problem[] => {
    if (!Object.hasOwn(KEYS, key))
      return [{ key, on: 'key', expected: `one of ${Object.keys(KEYS).join(', ')}`, found: `"${key}"` }];
    const kind = KINDS[KEYS[key]!];
    return kind.is(one) ? [] : [{ key, expected: kind.expected, found: found(one) }];
  });
}

function nearest(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const path = NAMES.map((name) => join(at, name)).find((one) => existsSync(one));
    if (path !== undefined || at === dirname(at)) return path;
  }
}
