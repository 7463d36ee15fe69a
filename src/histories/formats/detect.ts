/** The format of a history, told by the beginning of its text. */
import { isBareEvent } from './jepsen-log.js';

export const FORMATS = ['jsonl', 'json', 'edn', 'jepsen-log', 'kv'] as const;
export type Format = (typeof FORMATS)[number];

/** A list, or an object over several lines. */
const JSON_BEGINNING = /^\s*(?:\[\s*(?:[{"]\s*["}]|\[?\s*-?\d+\s*,\s*["[])|\{\s*\n\s*")/;
/** A map or a vector of an operation, tagged or not, in a bracket or not, behind `#_` or not. */
const EDN_LINE = /^(?:#_\s*)*(?:[[(]\s*)*(?:#_\s*)*(?:#[\w.]+\s*)?(?:\{\s*:|\{$|\[\s*:?[\w.-]+\s+:)/;
const KNOSSOS_LINE = /^\[\s*:?[\w.-]+\s+:\w/;
const MOST_LINES = 10_000;

/** The format of a text by its first lines, or undefined where none of them tells. */
export function detectFormat(text: string): Format | undefined {
  if (JSON_BEGINNING.test(text)) return 'json';
  for (const raw of text.split('\n', MOST_LINES)) {
    // A long line tells by its beginning.
    const line = raw.slice(0, 2000).trim();
    if (line === '' || line.startsWith(';')) continue;
    if (line.includes('jepsen.util') || isBareEvent(line)) return 'jepsen-log';
    if (/^\{\s*"/.test(line)) return 'jsonl';
    if (EDN_LINE.test(line) || KNOSSOS_LINE.test(line)) return ednKind(text);
    if (/^[[(]$/.test(line) || line.startsWith('#jepsen')) return 'edn';
  }
  return undefined;
}

function ednKind(text: string): Format {
  return /:f\s+:(?:get|put)\b/.test(text) && /:key\s/.test(text) ? 'kv' : 'edn';
}
