/**
 * The last thing that happens to text before a terminal or the log of a CI system gets it. Drill files, nodes, logs,
 * histories, file names and engines have all had their words in it, and none of them may give orders there: what would be
 * one is shown as the escape that JSON and EDN write, too, so that a document stays the document it was.
 *
 *     '\x1b]0;owned\x07'  ->  '\\u001b]0;owned\\u0007'
 *     '::error::x'        ->  ':\\u003aerror::x'            (GitHub: at the beginning of a line)
 *     '##vso[task.x]'     ->  '##vso\\u005btask.x]'         (Azure, GitHub, TeamCity: anywhere)
 */

/** C0 but for tab and line feed, DEL, C1, other line ends, and what turns the direction of writing around. */
const CONTROLS = String.raw`(?![\t\n])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]`;
/** What makes a command of the text before it: the second colon of a line, the bracket after `##` and a name. */
const COMMANDS = String.raw`(?<=^[^\S\n]*:):|(?<=##[a-z]*)\[`;
/** The colours that the reports use, as picocolors writes them. They hide nothing and move nothing. */
const COLORS = String.raw`\x1b\[(?:1|2|22|3[1-3]|39)m`;

const UNSAFE = new RegExp(`${CONTROLS}|${COMMANDS}`, 'gimu');
const UNSAFE_BUT_COLORS = new RegExp(`${COLORS}|${UNSAFE.source}`, 'gimu');

/** How much of a line that goes on in the next piece is remembered; no command's beginning is longer. */
const REMEMBERED = 64;

/** Makes the pieces of one stream safe, in their order: a command may come in two pieces. */
export function outputGuard(colors: boolean): (text: string) => string {
  let begun = '';
  return (text) => {
    const whole = begun + text.replaceAll('\r\n', '\n');
    let safe = '';
    let at = begun.length;
    for (const { 0: unsafe, index } of whole.matchAll(colors ? UNSAFE_BUT_COLORS : UNSAFE)) {
      if (index < begun.length) continue;
      safe += whole.slice(at, index) + (unsafe.length > 1 ? unsafe : escaped(unsafe));
      at = index + unsafe.length;
    }
    safe += whole.slice(at);
    begun = whole.slice(whole.lastIndexOf('\n') + 1).slice(-REMEMBERED);
    return safe;
  };
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** What takes a terminal back over so many lines and clears them. */
export function erasure(lines: number): string {
  return lines === 0 ? '' : `\x1b[${lines}A\r\x1b[J`;
}

/** Text as GitHub Actions shows it folded under a title; `safe` is the guard of its stream. */
export function folded(title: string, text: string, safe: (text: string) => string): string {
  return `::group::${safe(`${title.replace(/\s+/g, ' ')}\n`).replaceAll('%', '%25')}${safe(text)}::endgroup::\n`;
}
