/** Commands as texts: split as Compose splits them, or refused where a shell would be needed. */
import { expect, test } from 'vitest';
import { splitWords } from '../../src/drill/words.js';

test.each([
  ['redis-server', ['redis-server']],
  ['  redis-server   --port\t6379\n', ['redis-server', '--port', '6379']],
  ['redis-server --save ""', ['redis-server', '--save', '']],
  [`a 'b c' "d 'e' f"`, ['a', 'b c', "d 'e' f"]],
  [`a"b c"'d e'f`, ['ab cd ef']],
  ['a\\ b c\\\\d', ['a b', 'c\\d']],
  ["'a\\b'", ['a\\b']],
  [`"say \\"hi\\""`, ['say "hi"']],
  ['$HOME/bin ~ * {a,b} #x', ['$HOME/bin', '~', '*', '{a,b}', '#x']],
  [`sh -c "a && b > c"`, ['sh', '-c', 'a && b > c']],
])('%j', (text, words) => {
  expect(splitWords(text)).toEqual({ words });
});

test.each([
  ['a && b', '&, which only a shell would understand'],
  ['a | b', '|, which only a shell would understand'],
  ['a; b', ';, which only a shell would understand'],
  ['a > b', '>, which only a shell would understand'],
  ['a `b`', '`, which only a shell would understand'],
  ['a $(b)', '(, which only a shell would understand'],
  ['a "b', 'a " that is never closed'],
  ["a 'b", "a ' that is never closed"],
  ['a \\', 'a backslash at the end'],
  ['  ', 'no word'],
])('%j is refused', (text, error) => {
  expect(splitWords(text)).toEqual({ error });
});
