/**
 * Zod's issues as problems of a drill. Each message of the schema is an "expected ..." phrase: the schema's own
 * where it has one, else one from here.
 */
import type * as z from 'zod';
import { found, type Path, type Problem, quoted } from './problem.js';
import { didYouMean, listed, mostLike, suggestion } from './suggest.js';

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/** Says what each issue of one validation expected, and remembers which keys a map could have had. */
export class Phrases {
  // The list of unknown keys is the one part of a raw issue that comes out of Zod as the same object.
  readonly #known = new WeakMap<object, string[]>();

  /** The error map to validate with. */
  readonly error = (issue: RawIssue): string | undefined => {
    if (issue.code === 'unrecognized_keys') {
      const definition = (issue.inst as z.core.$ZodType | undefined)?._zod.def;
      const shape = (definition as z.core.$ZodObjectDef | undefined)?.shape ?? {};
      this.#known.set(issue.keys as object, Object.keys(shape));
    }
    return expectedBy(issue as unknown as Issue);
  };

  known(issue: z.core.$ZodIssueUnrecognizedKeys): string[] {
    return this.#known.get(issue.keys) ?? [];
  }
}

/** The message of issues that are told from their parts. */
const IN_PARTS = 'in parts';

const TYPES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function expectedBy(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.every((value) => typeof value === 'string')
        ? listed(issue.values as string[])
        : listed(issue.values.map(String)).replaceAll('`', '');
    case 'too_small':
      return `${SIZES[issue.origin] ?? 'a value'} of at least ${issue.minimum}${UNITS[issue.origin] ?? ''}`;
    case 'too_big':
      return `${SIZES[issue.origin] ?? 'a value'} of at most ${issue.maximum}${UNITS[issue.origin] ?? ''}`;
    case 'unrecognized_keys':
    case 'invalid_union':
      return IN_PARTS;
    default:
      return undefined;
  }
}

const SIZES: Record<string, string> = {
  int: 'a number',
  number: 'a number',
  string: 'a text',
  array: 'a list',
};
const UNITS: Record<string, string> = { string: ' characters', array: ' items' };

/** The problems behind the issues of a validation of `root`. */
export function problemsOf(issues: readonly Issue[], root: unknown, phrases: Phrases): Problem[] {
  const told = (issue: Issue, base: Path): Problem[] => {
    const path = [...base, ...issue.path];
    if (issue.code === 'unrecognized_keys') return unknownKeys(issue, path, phrases);
    if (issue.code === 'invalid_key')
      return issue.issues
        .slice(0, 1)
        .map(({ message }) => ({ path, on: 'key', expected: message, found: found(path.at(-1)) }));
    const { given, value } = lookUp(root, path);
    if (issue.code === 'invalid_union' && issue.message === IN_PARTS) {
      const branch = issue.errors.find((errors) => errors.some(isWithin));
      if (branch) return branch.flatMap((inner) => told(inner, path));
      return [mismatch(path, allPhrases(issue), given, value, valuesOf(issue))];
    }
    if (issue.code === 'custom' && issue.params)
      return [{ path, expected: issue.message, found: issue.params.found, ...todo(issue.params.todo) }];
    return [mismatch(path, issue.message, given, value, valuesOf(issue))];
  };
  return withoutEchoes(issues.flatMap((issue) => told(issue, [])));
}

/** A map with a misspelt key also lacks the right one: that is told only once. */
function withoutEchoes(problems: Problem[]): Problem[] {
  const place = (path: Path) => path.map(String).join('\0');
  const unknown = problems.filter((problem) => problem.message?.startsWith(UNKNOWN_KEY));
  const maps = new Set(unknown.map(({ path }) => place(path.slice(0, -1))));
  const meant = new Set(unknown.map(({ path, todo }) => `${place(path.slice(0, -1))} ${todo}`));
  return problems.filter(({ path, on }) => {
    if (on === 'key') return true;
    const missing = `${place(path.slice(0, -1))} ${suggestion(String(path.at(-1)))}`;
    return !maps.has(place(path)) && !meant.has(missing);
  });
}

/** Whether an issue says that the form was right and something within it is wrong. */
function isWithin(issue: Issue): boolean {
  return issue.path.length > 0 || issue.code === 'unrecognized_keys' || issue.code === 'custom';
}

const UNKNOWN_KEY = 'unknown key';

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, path: Path, phrases: Phrases): Problem[] {
  const known = phrases.known(issue);
  return issue.keys.map((key) => {
    const meant = didYouMean(key, known);
    const expected = issue.message === IN_PARTS ? keysLike(key, known) : { expected: issue.message };
    return {
      path: [...path, key],
      on: 'key',
      message: `${UNKNOWN_KEY} ${quoted(key)}`,
      ...(meant ? { todo: meant } : expected),
    };
  });
}

/** More keys than these are not listed. */
const MOST_KEYS = 5;

function keysLike(key: string, known: readonly string[]): Pick<Problem, 'expected' | 'todo'> {
  if (known.length <= MOST_KEYS) return { expected: listed(known) };
  return {
    expected: `a key such as ${listed(mostLike(key, known))}`,
    todo: `\`drill schema\` tells all ${known.length}`,
  };
}

function mismatch(path: Path, expected: string, given: boolean, value: unknown, values: string[]): Problem {
  if (!given) return { path, message: `missing key \`${String(path.at(-1))}\``, expected };
  return { path, expected, found: found(value), ...todo(advice(expected, value, values)) };
}

/** What to do about the mistakes that are made most often. */
function advice(expected: string, value: unknown, values: string[]): string | undefined {
  if (typeof value === 'string') {
    if (values.length > 0) return didYouMean(value, values);
    if (expected.startsWith('true or false') && /^(yes|on)$/i.test(value)) return 'write true';
    if (expected.startsWith('true or false') && /^(no|off)$/i.test(value)) return 'write false';
  }
  if (typeof value === 'number') {
    if (expected.includes('duration with a unit')) return `add the unit, for example ${value}ms or ${value}s`;
    if (expected.startsWith('a rate')) return `add the unit: ${value}/s`;
    if (expected.startsWith('a percentage') && value >= 1) return `add the unit: ${value}%`;
  }
  return undefined;
}

function todo(text: string | undefined): { todo?: string } {
  return text === undefined ? {} : { todo: text };
}

function valuesOf(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.filter((value) => typeof value === 'string');
  return issue.code === 'invalid_union' ? issue.errors.flat().flatMap(valuesOf) : [];
}

/** What any of the forms of a union expected. */
function allPhrases(issue: z.core.$ZodIssueInvalidUnion): string {
  const phrases = issue.errors
    .flat()
    .map((inner) =>
      inner.code === 'invalid_union' && inner.message === IN_PARTS ? allPhrases(inner) : inner.message,
    );
  return [...new Set(phrases)].join(', or ');
}

/** The value at a path, and whether it is there at all. */
function lookUp(root: unknown, path: Path): { given: boolean; value: unknown } {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return { given: true, value };
    if (!Object.hasOwn(value, part)) {
      // Past a short form, the path leads on within the full form, which the file does not have.
      return { given: false, value: undefined };
    }
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return { given: true, value };
}
