/**
 * The text of a drill file and the places in it. An excerpt shows the line of a place with a caret under it:
 *
 *     14 |       timeout: 400
 *        |                ^^^
 */
import { LineCounter } from 'yaml';

/** A stretch of the text: offsets, the end not included. */
export interface Range {
  start: number;
  end: number;
}

/** A place as people count: both from 1. */
interface Position {
  line: number;
  column: number;
}

/** Lines longer than this are shown in part. */
const WIDTH = 100;
/** What stands to the left of the caret at most, where the line is shown in part. */
const LEFT = 60;
const ELLIPSIS = '...';

export class Source {
  readonly #lines = new LineCounter();

  constructor(
    readonly file: string,
    readonly text: string,
  ) {
    this.#lines.addNewLine(0);
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1))
      this.#lines.addNewLine(at + 1);
  }

  position(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }

  /** `file:line:column`. */
  where(range: Range): string {
    const { line, column } = this.position(range.start);
    return `${this.file}:${line}:${column}`;
  }

  /** The line of a place, with a caret under the place; nothing for an empty line. */
  excerpt(range: Range): string {
    const { line, column } = this.position(range.start);
    const whole = this.text.split('\n', line)[line - 1]!.trimEnd();
    if (whole === '') return '';
    const from = whole.length > WIDTH ? Math.max(0, column - 1 - LEFT) : 0;
    const part = printable(whole.slice(from, from + WIDTH));
    const shown = `${from > 0 ? ELLIPSIS : ''}${part}${from + WIDTH < whole.length ? ELLIPSIS : ''}`;
    const before = column - 1 - from;
    const length = Math.max(1, Math.min(range.end - range.start, part.trimEnd().length - before));
    const indent = ' '.repeat(before + (from > 0 ? ELLIPSIS.length : 0));
    const gutter = ' '.repeat(String(line).length);
    return `  ${line} | ${shown}\n  ${gutter} | ${indent}${'^'.repeat(length)}`;
  }
}

// Control characters and those that reverse the direction of writing would do as they like to a terminal.
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** A text of the user's that is safe to print, as long as it was. */
export function printable(text: string): string {
  return text.replaceAll('\t', ' ').replace(UNPRINTABLE, '\ufffd');
}
