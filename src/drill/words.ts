/**
 * A command that is written as one text, as its list of arguments: split at spaces, with quotes and backslashes, as
 * Compose does it (and the splitter that it uses, mattn/go-shellwords).
 *
 *     redis-server --save "" --dir '/my data'    ->    redis-server, --save, (nothing), --dir, /my data
 *
 * No shell ever sees it, neither ours nor the container's. What only a shell would understand is an error.
 */

type Words = { words: string[] } | { error: string };

/** What separates or redirects commands, or puts one into another, where a shell reads it. */
const FOR_A_SHELL = /[;&|<>()`]/;

export function splitWords(text: string): Words {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    if (sign === '\\' && quote !== "'") {
      const next = text.charAt(++at);
      if (next === '') return { error: 'a backslash at the end' };
      word = (word ?? '') + (ESCAPES[next] ?? next);
    } else if (quote !== '') {
      if (sign === quote) quote = '';
      else word = (word ?? '') + sign;
    } else if (sign === '"' || sign === "'") {
      quote = sign;
      word ??= '';
    } else if (/\s/.test(sign)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (FOR_A_SHELL.test(sign)) {
      return { error: `${sign}, which only a shell would understand` };
    } else word = (word ?? '') + sign;
  }
  if (quote !== '') return { error: `a ${quote} that is never closed` };
  if (word !== undefined) words.push(word);
  return words.length > 0 ? { words } : { error: 'no word' };
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n' };
