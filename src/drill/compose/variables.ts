/** The environment of a service: its own variables, those of its `env_file`, and Compose's `.env`. */
import type { Path } from '../problem.js';
import { interpolate, type Lookup } from './interpolate.js';

/** By name; undefined where the variable is to be taken from the environment and is not set there. */
export type Variables = Record<string, unknown>;

const LINE = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*(?:=(.*))?$/;

/**
 * The variables of a file of lines `NAME=value`; a name alone means the one of the environment. Quotes are taken off,
 * and variables filled in but within single quotes. An error names the line.
 */
export function parseVariables(
  text: string,
  environment: Lookup,
): { variables: Record<string, string> } | { error: string } {
  const variables: Record<string, string> = {};
  const lookup: Lookup = (name) => environment(name) ?? variables[name];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const match = LINE.exec(line);
    const error = (what: string) => ({ error: `line ${index + 1}: ${what}` });
    if (!match) return error('expected NAME=value');
    const [, name = '', given] = match;
    const value = given === undefined ? environment(name) : unquoted(given.trim(), lookup);
    if (value === undefined) continue;
    if (typeof value !== 'string') return error(value.error);
    variables[name] = value;
  }
  return { variables };
}

function unquoted(text: string, lookup: Lookup): string | { error: string } {
  const [, quote = '', inner = ''] = /^(['"])(.*)\1\s*(?:#.*)?$/.exec(text) ?? [];
  if (quote === "'") return inner;
  if (quote === '' && /^['"]/.test(text)) return { error: 'a quote that is not closed in its line' };
  const plain =
    quote === '"'
      ? inner.replace(/\\([nrt"\\])/g, (_, letter: string) => ESCAPES[letter] ?? letter)
      : text.replace(/\s+#.*$/, '').trim();
  const filled = interpolate(plain, lookup);
  return 'text' in filled ? filled.text : { error: filled.error };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** `environment` of a service: a map, or a list of `NAME=value`; without a value, the one of the environment. */
export function variablesOf(value: unknown, environment: Lookup): Variables | undefined {
  const entries = Array.isArray(value)
    ? value.map((one): [string, unknown] => {
        const text = String(one);
        const at = text.indexOf('=');
        return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
      })
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
      : undefined;
  if (!entries) return undefined;
  return Object.fromEntries(
    entries
      .map(([name, held]) => [name, held === null ? environment(name) : held] as const)
      .filter(([, held]) => held !== undefined),
  );
}

/**
 * `environment` of a node in the drill file: a map, or a list of `NAME=value`, none of them left out. Undefined where
 * it is neither, which is for the drill language to refuse.
 */
export function givenVariables(value: unknown): Variables | undefined {
  if (value === undefined) return {};
  if (!Array.isArray(value)) return typeof value === 'object' && value !== null ? { ...value } : undefined;
  const areWhole = value.every((one) => typeof one === 'string' && one.includes('='));
  return areWhole ? variablesOf(value, () => undefined) : undefined;
}

/** Whether a variable of a node (or what stands in place of all) comes from what the drill file gives of it. */
export function comesFrom(given: unknown, variable: string | undefined): boolean {
  const variables = givenVariables(given);
  return !variables || (variable !== undefined && Object.hasOwn(variables, variable));
}

/** Where the path through a map leads that was written as a list of `NAME=value`: to the last entry of that name. */
export function asWritten(value: unknown, path: Path): Path {
  const [part, ...rest] = path;
  if (part === undefined) return [];
  if (!Array.isArray(value) || typeof part !== 'string')
    return [part, ...asWritten((value as Record<PropertyKey, unknown> | undefined)?.[part], rest)];
  const index = value.findLastIndex((one) => String(one).split('=')[0] === part);
  return index < 0 ? path : [index];
}
