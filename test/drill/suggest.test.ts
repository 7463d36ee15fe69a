import { describe, expect, it } from 'vitest';
import { didYouMean, listed, mostLike, nearest } from '../../src/drill/suggest.js';

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

describe('a word of the trade', () => {
  const candidates = [
    'wait',
    'together',
    'primary',
    'standby',
    'recover',
    'lost_writes',
    'for',
    'supervisor',
  ];

  it.each([
    ['sleep', 'wait'],
    ['parallel', 'together'],
    ['master', 'primary'],
    ['Leader', 'primary'],
    ['replica', 'standby'],
    ['rto', 'recover'],
    ['rpo', 'lost_writes'],
    ['data-loss', 'lost_writes'],
    ['duration', 'for'],
  ])('%s is understood as %s', (word, name) => {
    expect(didYouMean(word, candidates)).toBe(`did you mean \`${name}\`?`);
  });

  it('means nothing where its name cannot stand, and comes after a slip of the pen', () => {
    expect(didYouMean('master', ['recover', 'wait'])).toBeUndefined();
    expect(didYouMean('leader', ['leader-1', 'primary'])).toBe('did you mean `leader-1`?');
  });
});

it('puts those names first that are most like a word, and leaves out most', () => {
  expect(mostLike('restert', ['kill', 'wait', 'resume', 'restart', 'heal'], 2)).toEqual([
    'restart',
    'resume',
  ]);
});

it('lists names as people do', () => {
  expect(listed([])).toBe('');
  expect(listed(['a'])).toBe('`a`');
  expect(listed(['a', 'b', 'c'])).toBe('`a`, `b` or `c`');
});
