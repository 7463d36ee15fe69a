/** Drill files of a megabyte that mean nothing: each is refused, and soon. */

import { expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { parseDrill } from '../built-in.js';

const MOST = 999_990;
const fill = (piece: string) => piece.repeat(Math.floor(MOST / piece.length));

it.each([
  '[',
  '{',
  '- ',
  '? ',
  ': ',
  'a: ',
  '&a ',
  '*a ',
  '!a ',
  '#\n',
  '---\n',
  '%\n',
  '[]',
  '"\n',
  "'",
  '\t',
  '\n',
  '|\n',
  '- a\n',
  '- &a 1\n',
  '{a: [',
  '- [{a: [\n',
  '\u0001',
  '"\\',
  '[,',
  'a:\n',
])('refuses a megabyte of %j without a crash', (piece) => {
  expect(() => parseDrill(fill(piece), 'x.yaml')).toThrow(UsageError);
});

it('refuses a hundred thousand keys without comparing each with each', () => {
  const keys = Array.from({ length: 100_000 }, (_, index) => `k${index}: 1\n`).join('');
  expect(() => parseDrill(keys, 'x.yaml')).toThrow(UsageError);
});
