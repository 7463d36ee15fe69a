/**
 * Text that others wrote (drill files, nodes, logs) made fit for where it is shown, and measured in terminal
 * columns.
 *
 *     'a\x1b[2Jb\nc'  ->  plainText: 'ab\nc'   oneLine: 'ab c'
 */
import { stripVTControlCharacters } from 'node:util';

/** Control characters (C0 but for tab and line feed, DEL, C1), and what turns the direction of a line around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const LINE_ENDS = /\r\n?|[\u0085\u2028\u2029]/g;

/** Without escape sequences and control characters: it cannot move a cursor, set a title or ring a bell. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text).replace(LINE_ENDS, '\n').replace(CONTROLS, '');
}

/** The same on one line, its runs of white space made one space. */
export function oneLine(text: string): string {
  return plainText(text).replace(/\s+/g, ' ').trim();
}

/** The same with every line behind `indent`. */
export function indented(text: string, indent: string): string {
  return plainText(text)
    .split('\n')
    .map((line) => `${indent}${line.trimEnd()}`.trimEnd())
    .join('\n');
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const ASCII = /^[\x20-\x7e]*$/;
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u;
const EMOJI = /^\p{Emoji_Presentation}|\ufe0f/u;
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;

function graphemeWidth(grapheme: string): number {
  if (NO_WIDTH.test(grapheme)) return 0;
  return EMOJI.test(grapheme) || WIDE.test(grapheme) ? 2 : 1;
}

/** How many columns of a terminal a text takes; the text has neither escapes nor control characters. */
export function columnsOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += graphemeWidth(segment);
  return columns;
}

/** The text cut to at most so many columns; an ellipsis says that it was. */
export function fitted(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  if (columns < 1) return '';
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const width = graphemeWidth(segment);
    if (used + width > columns - 1) break;
    kept += segment;
    used += width;
  }
  return `${kept}…`;
}

/** The text in lines of at most so many columns: broken at spaces, and within a word only where it is wider by itself. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [''];
  let used = 0;
  const next = () => {
    lines.push('');
    used = 0;
  };
  const add = (piece: string) => {
    lines[lines.length - 1] += piece;
    used += columnsOf(piece);
  };
  for (const word of text.split(' ')) {
    const space = used > 0 ? 1 : 0;
    if (used + space + columnsOf(word) <= columns) {
      add(`${' '.repeat(space)}${word}`);
      continue;
    }
    if (used > 0) next();
    for (const { segment } of graphemes.segment(word)) {
      if (used > 0 && used + graphemeWidth(segment) > columns) next();
      add(segment);
    }
  }
  return lines;
}

/** A space at which no line is broken. */
export const NO_BREAK = '\u00a0';

/** The text with such spaces: it holds together where it is wrapped. */
export function glued(text: string): string {
  return text.replaceAll(' ', NO_BREAK);
}

/** The text filled up with spaces to so many columns. */
export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

/** Without the characters that XML 1.0 has no way to write, and without escape sequences. */
export function xmlText(text: string): string {
  return plainText(text).replace(/\p{Surrogate}|[\ufffe\uffff]/gu, '\ufffd');
}

const MARKDOWN = /[\\`*_{}[\]<>#|~&$@]/g;

/** On one line, and with nothing in it that Markdown would read as its own: no links, HTML, tables, mentions. */
export function markdownText(text: string): string {
  return oneLine(text)
    .replace(MARKDOWN, '\\$&')
    .replace(/:\/\//g, '\\://')
    .replace(/\bwww\./gi, (match) => `${match.slice(0, 3)}\\.`)
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2')
    .replace(/^[-+=](?=[-+=\s]|$)/, '\\$&');
}

/** A fenced block that its content cannot close. */
export function markdownBlock(text: string, language = ''): string {
  const content = plainText(text).trimEnd();
  const longest = Math.max(2, ...[...content.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${content}\n${fence}`;
}

/** At most so many characters, saying how many were left off. */
export function shortened(text: string, characters: number): string {
  if (text.length <= characters) return text;
  // Not through the middle of a surrogate pair.
  const kept = text.slice(0, characters).replace(/[\ud800-\udbff]$/, '');
  return `${kept}… (${text.length - kept.length} more characters)`;
}
