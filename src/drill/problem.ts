/**
 * What is wrong with a drill file, where, and how that is told:
 *
 *     drills/a.yaml:14:16: expected a duration with a unit, for example 500ms or 2s, found the number 400
 *       14 |       timeout: 400
 *          |                ^^^
 */
import { type ErrorText, errorText, UsageError } from '../errors.js';
import { printable, type Range, type Source } from './source.js';

export type Path = readonly PropertyKey[];

/** A problem of the drill that a file describes; `path` leads to what is wrong, or to the nearest thing given. */
export interface Problem extends Omit<ErrorText, 'where'> {
  path: Path;
  /** Whether the key itself is wrong rather than what it holds. */
  on?: 'key';
}

/** A problem at a place of the text. */
export interface PlacedProblem extends Omit<ErrorText, 'where'> {
  range: Range;
}

/** More are not listed: whoever mends ten runs again. */
const MOST = 10;

/** A problem in one of several files. */
export interface LocatedProblem extends PlacedProblem {
  source: Source;
}

/** All that is wrong, file by file. */
export function locatedError(problems: readonly LocatedProblem[]): UsageError {
  const sources = [...new Set(problems.map(({ source }) => source))];
  const texts = sources.map((source) => {
    const own = problems.filter((problem) => problem.source === source);
    return problemsError(
      source,
      own.map(({ source: _, ...problem }) => problem),
    ).message;
  });
  return new UsageError(texts.join('\n\n'));
}

/** All that is wrong with one file, in the order of the text. */
export function problemsError(source: Source, problems: readonly PlacedProblem[]): UsageError {
  const told = new Set<string>();
  const distinct = [...problems]
    .sort((a, b) => a.range.start - b.range.start)
    .filter((problem) => {
      const key = `${problem.range.start} ${errorText(problem)}`;
      return told.size < told.add(key).size;
    });
  const rest = distinct.length - MOST;
  const listed = distinct.slice(0, MOST).map((problem) => problemText(source, problem));
  if (rest > 0) listed.push(`and ${rest} more problem${rest > 1 ? 's' : ''}`);
  return new UsageError(listed.join('\n\n'));
}

function problemText(source: Source, { range, ...text }: PlacedProblem): string {
  const line = printable(errorText({ ...text, where: source.where(range) }));
  const excerpt = source.excerpt(range);
  return excerpt === '' ? line : `${line}\n${excerpt}`;
}

const LONGEST_FOUND = 60;

/** How a value of the user's is named in a text. */
export function found(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return `the number ${value}`;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty map' : 'a map';
  return String(value);
}

export function quoted(text: string): string {
  const shown = text.length > LONGEST_FOUND ? `${text.slice(0, LONGEST_FOUND)}...` : text;
  return JSON.stringify(shown);
}
