import { describe, expect, it } from 'vitest';
import { Source } from '../../src/drill/source.js';

describe('a place in a drill file', () => {
  const text = 'one\ntwo: three\r\n\n\tfour';
  const source = new Source('x.yaml', text);
  const at = (word: string) => ({ start: text.indexOf(word), end: text.indexOf(word) + word.length });

  it('counts lines and columns from 1', () => {
    expect(source.position(0)).toEqual({ line: 1, column: 1 });
    expect(source.where(at('three'))).toBe('x.yaml:2:6');
    expect(source.where(at('four'))).toBe('x.yaml:4:2');
    expect(source.position(text.length)).toEqual({ line: 4, column: 6 });
  });

  it('shows its line with a caret under it', () => {
    expect(source.excerpt(at('three'))).toBe('  2 | two: three\n    |      ^^^^^');
    expect(source.excerpt(at('four'))).toBe('  4 |  four\n    |  ^^^^');
  });

  it('ends the caret with the line, and shows nothing of an empty line', () => {
    expect(source.excerpt({ start: 0, end: 500 })).toBe('  1 | one\n    | ^^^');
    expect(source.excerpt({ start: text.indexOf('\n\t'), end: text.length })).toBe('');
  });

  it('shows the part of a long line that matters', () => {
    const long = new Source('x', `${'a'.repeat(300)}HERE${'b'.repeat(300)}`);
    const [line = '', carets = ''] = long.excerpt({ start: 300, end: 304 }).split('\n');
    expect(line).toMatch(/^ {2}1 \| \.\.\.a+HEREb+\.\.\.$/);
    expect(line.length).toBeLessThan(120);
    expect(carets.indexOf('^^^^')).toBe(line.indexOf('HERE'));
  });
});
