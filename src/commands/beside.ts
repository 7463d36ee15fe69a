/** What lies beside a history, held against it: verdict.json is what the history comes to, drill.yaml the drill in it. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { boundedFile } from '../bounded-file.js';
import { messageOf } from '../errors.js';

/** The largest file that is read to be compared. */
const MOST_BYTES = 64_000_000;
/** How many differences are told of each file. */
const MOST_TOLD = 5;
const MOST_SIGNS = 100;

interface Comparison {
  /** The files that were there to be compared. */
  compared: string[];
  /** What differs, a line for each; empty where nothing does. */
  differences: string[];
}

/** Compares the files in a run folder with the verdict on its history, as text, and with the drill in its history. */
export function besideHistory(folder: string, verdict: string, drill: unknown): Comparison {
  const comparison: Comparison = { compared: [], differences: [] };
  const compare = (name: string, expected: unknown, differ: (text: string) => string[]) => {
    const file = boundedFile(join(folder, name), MOST_BYTES);
    if (expected === undefined || ('found' in file && file.missing)) return;
    comparison.compared.push(name);
    const found = 'found' in file ? [`found ${file.found}`] : differ(file.bytes.toString());
    comparison.differences.push(...found.map((difference) => `${name}: ${difference}`));
  };
  // Byte for byte: of two equal keys, say, every reader takes another one.
  compare('verdict.json', verdict, (text) => {
    if (text === verdict) return [];
    const values = told(JSON.parse(verdict), text, JSON.parse);
    return values.length > 0 ? values : ['the same values, but not as they are written'];
  });
  compare('drill.yaml', drill, (text) => told(drill, text, (yaml) => parse(yaml)));
  return comparison;
}

function told(expected: unknown, text: string, read: (text: string) => unknown): string[] {
  let value: unknown;
  try {
    value = read(text);
  } catch (error) {
    return [`cannot be read: ${messageOf(error)}`];
  }
  const all = [...differences(expected, value, [])];
  const rest = all.length - MOST_TOLD;
  return [...all.slice(0, MOST_TOLD), ...(rest > 0 ? [`and ${rest} more`] : [])];
}

/** Where two values differ, innermost first: `counts.ok: expected 3, found 4`. */
function* differences(expected: unknown, value: unknown, path: readonly string[]): Generator<string> {
  if (isDeepStrictEqual(expected, value)) return;
  const [left, right] = [fieldsOf(expected), fieldsOf(value)];
  if (left && right && Array.isArray(expected) === Array.isArray(value)) {
    for (const key of new Set([...left.keys(), ...right.keys()]))
      yield* differences(left.get(key), right.get(key), [...path, key]);
    return;
  }
  yield `${path.join('.') || 'as a whole'}: expected ${shown(expected)}, found ${shown(value)}`;
}

function fieldsOf(value: unknown): Map<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > MOST_SIGNS ? `${text.slice(0, MOST_SIGNS)}...` : text;
}
