/** The syntax of a drill file: YAML nodes, nested no deeper than recursion bears, or what is no YAML. */
import type { Document, Node, YAMLError } from 'yaml';
import { Composer, Lexer, Parser } from 'yaml';
import type { PlacedProblem } from './problem.js';
import type { Source } from './source.js';

const MOST_NESTING = 60;
/** Keys, values, brackets, spaces between them, ...: a drill has a few thousand. */
const MOST_LEXEMES = 100_000;

export const TAG = { message: 'YAML tags are not part of the drill language', todo: 'remove the tag' };

/** The root node of the one document, null for an empty one, or what is wrong with the syntax. */
export function parseSyntax(source: Source): { root: Node | null } | { problems: PlacedProblem[] } {
  const refuse = (start: number, length: number, text: Omit<PlacedProblem, 'range'>) => ({
    problems: [{ ...text, range: { start, end: start + length } }],
  });
  const parser = new Parser();
  const tokens = [];
  /** Where the last quoted text begins: one that is never closed reaches to the end. */
  let quote = 0;
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(source.text)) {
    for (const token of parser.next(lexeme)) {
      if (token.type === 'directive')
        return refuse(token.offset, token.source.length, {
          message: 'YAML directives are not part of the drill language',
          todo: 'remove the line',
        });
      tokens.push(token);
    }
    if (/^["']/.test(lexeme)) quote = parser.offset - lexeme.length;
    if (++lexemes > MOST_LEXEMES)
      return refuse(parser.offset - lexeme.length, 1, {
        message: 'too many words and signs before this place',
        todo: 'split the drill into several',
      });
    if (parser.stack.length > MOST_NESTING)
      return refuse(Math.max(0, parser.offset - 1), 1, {
        message: `nested more than ${MOST_NESTING} levels deep`,
        todo: 'a drill needs a dozen',
      });
  }
  tokens.push(...parser.end());

  let document: Document.Parsed | undefined;
  const options = { prettyErrors: false, uniqueKeys: false, merge: false, version: '1.2' } as const;
  for (const next of new Composer(options).compose(tokens, true, source.text.length)) {
    if (document)
      return refuse(next.range[0], 3, {
        expected: 'one document in a file',
        found: 'a second one',
        todo: 'give each drill a file of its own',
      });
    document = next;
  }
  const error = document?.errors[0];
  // The later errors mostly follow from the first.
  if (error) {
    const open = UNCLOSED_QUOTE.exec(error.message)?.[1];
    if (open) return refuse(quote, 1, { message: `not YAML: this ${open} is never closed` });
    const [start, end] = error.pos;
    return { problems: [{ ...syntaxText(error, source), range: { start, end } }] };
  }
  return { root: document?.contents ?? null };
}

const UNCLOSED_QUOTE = /^Missing closing (.)quote/;

/** What stands before the place where `lost_writes: > 0` goes wrong: `>` would begin a block of text. */
const BARE_LIMIT = /[:[{,]\s*[>|]=?\s*$/;

function syntaxText(error: YAMLError, source: Source): Omit<PlacedProblem, 'range'> {
  const [start] = error.pos;
  const before = source.text.slice(Math.max(0, start - 20), start);
  const block = error.message.startsWith('Block scalar header') || /[>|]/.test(source.text.charAt(start));
  if (block || BARE_LIMIT.test(before))
    return { message: 'a value cannot begin with > or |', todo: 'put a limit in quotes, for example ">= 1"' };
  switch (error.code) {
    case 'BAD_SCALAR_START':
      return { message: 'a value cannot begin with this character', todo: 'put it in quotes' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        message: 'a key within the value of another key',
        todo: 'put a text that holds a colon in quotes, or give the key a line of its own',
      };
    case 'TAB_AS_INDENT':
      return { expected: 'indentation with spaces', found: 'a tab', todo: 'replace the tab with spaces' };
    case 'TAG_RESOLVE_FAILED':
      return TAG;
    default:
      return { message: `not YAML: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}` };
  }
}
