/** The syntax of a drill file: YAML nodes, nested no deeper than recursion bears, or what is no YAML. */
import type { Document, Node, YAMLError } from 'yaml';
import { Composer, Lexer, Parser } from 'yaml';
import type { PlacedProblem } from './problem.js';
import type { Source } from './source.js';

const MOST_NESTING = 60;

export const TAG = { message: 'YAML tags are not part of the drill language', todo: 'remove the tag' };

/** The root node of the one document, null for an empty one, or what is wrong with the syntax. */
export function parseSyntax(source: Source): { root: Node | null } | { problems: PlacedProblem[] } {
  const refuse = (start: number, length: number, text: Omit<PlacedProblem, 'range'>) => ({
    problems: [{ ...text, range: { start, end: start + length } }],
  });
  const parser = new Parser();
  const tokens = [];
  for (const lexeme of new Lexer().lex(source.text)) {
    for (const token of parser.next(lexeme)) {
      if (token.type === 'directive')
        return refuse(token.offset, token.source.length, {
          message: 'YAML directives are not part of the drill language',
          todo: 'remove the line',
        });
      tokens.push(token);
    }
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
  if (document?.errors.length) return { problems: syntaxProblems(source, document.errors) };
  return { root: document?.contents ?? null };
}

/** One problem for each line: the later ones of a line mostly follow from the first. */
function syntaxProblems(source: Source, errors: readonly YAMLError[]): PlacedProblem[] {
  const lines = new Map<number, PlacedProblem>();
  for (const error of errors) {
    const [start, end] = error.pos;
    const { line } = source.position(start);
    if (!lines.has(line)) lines.set(line, { ...syntaxText(error), range: { start, end } });
  }
  return [...lines.values()];
}

function syntaxText(error: YAMLError): Omit<PlacedProblem, 'range'> {
  if (/^Block scalar header/.test(error.message))
    return {
      message: 'a value cannot begin with > or | as it is',
      todo: 'put a limit in quotes, for example ">= 1"',
    };
  switch (error.code) {
    case 'BAD_SCALAR_START':
      return { message: 'a value cannot begin with this character as it is', todo: 'put it in quotes' };
    case 'TAB_AS_INDENT':
      return { expected: 'indentation with spaces', found: 'a tab', todo: 'replace the tab with spaces' };
    case 'TAG_RESOLVE_FAILED':
      return TAG;
    default:
      return { message: `not YAML: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}` };
  }
}
