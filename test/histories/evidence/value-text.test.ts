import { describe, expect, it } from 'vitest';
import { keyText } from '../../../src/histories/evidence/result-text.js';
import { enumerated, valueText } from '../../../src/histories/evidence/value-text.js';

describe('a value as people read it', () => {
  it.each([
    [7, '7'],
    ['7', '"7"'],
    ['x 4 5 y', '"x 4 5 y"'],
    // A whole number that no double holds is held as its text.
    ['17000000000000000001', '17000000000000000001'],
    ['-17000000000000000001', '-17000000000000000001'],
    // And a text of such digits in quotes of its own.
    ['"17000000000000000001"', '"17000000000000000001"'],
    ['x'.repeat(1000), `"${'x'.repeat(399)}... (1002 characters)`],
    ['0000000000000001', '"0000000000000001"'],
    [[1, '17000000000000000001', 'a'], '[1,17000000000000000001,"a"]'],
    [null, 'null'],
    [undefined, 'nothing'],
  ])('%j is %s', (value, text) => {
    expect(valueText(value)).toBe(text);
  });

  it('of a key is quoted unless it is a whole number', () => {
    expect(['7', '-3', 'k7', ''].map(keyText)).toEqual(['7', '-3', '"k7"', '""']);
  });

  it('among others is enumerated, of many the first', () => {
    expect(enumerated(['1'])).toBe('1');
    expect(enumerated(['1', '2'])).toBe('1 and 2');
    expect(enumerated(['1', '2', '3'])).toBe('1, 2 and 3');
    expect(enumerated([...'123456'])).toBe('1, 2, 3, 4, 5 and 6');
    expect(enumerated([...'1234567'])).toBe('1, 2, 3, 4, 5 and 2 more');
  });
});
