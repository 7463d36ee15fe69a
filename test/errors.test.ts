/** Errors of another realm, as a test runner such as Jest hands them to us, are errors like any other. */
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { codeOf, isError, messageOf } from '../src/errors.js';

describe('an error of another realm', () => {
  const foreign = runInNewContext(
    `Object.assign(new TypeError('no such\\n file'), { code: 'ENOENT' })`,
  ) as unknown;

  it('is none of this one', () => {
    expect(foreign instanceof Error).toBe(false);
  });

  it('has its message and its code all the same', () => {
    expect(isError(foreign)).toBe(true);
    expect(messageOf(foreign)).toBe('no such file');
    expect(codeOf(foreign)).toBe('ENOENT');
  });
});

describe('what is thrown and is no error', () => {
  it.each([
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [{ code: 'ENOENT' }, '[object Object]'],
  ])('%j is told as it is', (thrown, text) => {
    expect(isError(thrown)).toBe(false);
    expect(messageOf(thrown)).toBe(text);
    expect(codeOf(thrown)).toBe('');
  });
});

it('an error that Node throws at a time-out is one, too', () => {
  expect(isError(AbortSignal.abort().reason)).toBe(true);
});
