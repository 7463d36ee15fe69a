import { describe, expect, it } from 'vitest';
import { didYouMean, listed, nearest } from '../../src/drill/suggest.js';

describe('a suggestion', () => {
  const known = ['primary', 'standby', 'supervisor', 'lost_writes', 'a', 'b'];

  it.each([
    ['primay', 'primary'],
    ['Primary', 'primary'],
    ['stnadby', 'standby'],
    ['lost-writes', 'lost_writes'],
  ])('for %s is %s', (word, candidate) => expect(nearest(word, known)).toBe(candidate));

  it.each(['c', 'something', 'active', '', 'x'.repeat(100_000)])('is none for another word', (word) => {
    expect(nearest(word, known)).toBeUndefined();
  });

  it('is a question', () => {
    expect(didYouMean('primry', known)).toBe('did you mean `primary`?');
    expect(didYouMean('nothing', known)).toBeUndefined();
  });
});

it('lists names as people do', () => {
  expect(listed([])).toBe('');
  expect(listed(['a'])).toBe('`a`');
  expect(listed(['a', 'b', 'c'])).toBe('`a`, `b` or `c`');
});
