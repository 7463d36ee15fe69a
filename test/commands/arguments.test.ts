/** The command line as it is given: what it may hold, before and after the parser. */
import { describe, expect, it } from 'vitest';
import { checkedArguments, parsedArguments } from '../../src/commands/arguments.js';
import { mayColor } from '../../src/commands/color.js';
import { wholeNumberFrom, wholeNumberIfGiven } from '../../src/commands/whole-number.js';

describe('an argument', () => {
  it.each([
    [
      ['run', ''],
      'expected a value, found an empty argument; leave it out, or see whether a variable is not set',
    ],
    [['run', 'x', '--out', ''], '--out: expected a value, found an empty argument'],
    [['run', 'x', '--out='], '--out: expected a value, found an empty argument'],
    [['run', 'x', '--seed', ' \t'], '--seed: expected a value, found an empty argument'],
    [
      ['run', 'x', '--out', 'a', '--out', 'b'],
      '--out: expected to be given once, found given twice; keep one of them',
    ],
    [['run', 'x', '--out=a', '--out', 'a'], '--out: expected to be given once, found given twice'],
  ])('of %j that says nothing, or the same again, is refused', (argv, text) => {
    expect(() => checkedArguments(argv)).toThrow(text);
  });

  it('may be given again where several are meant', () => {
    const argv = ['run', 'x', '--tag', 'a', '--tag', 'b'];
    expect(checkedArguments(argv)).toEqual(argv);
  });

  it('that is a dash reaches the command as it is', () => {
    const [command, dash] = checkedArguments(['check', '-']);
    expect(command).toBe('check');
    expect(dash).not.toBe('-');
    expect(parsedArguments({ path: dash, paths: [dash, '--', 'x-'], repeat: 1 })).toEqual({
      path: '-',
      paths: ['-', '--', 'x-'],
      repeat: 1,
    });
  });
});

describe('a whole number', () => {
  const seed = wholeNumberIfGiven('seed', 0);

  it.each([
    ['0', 0],
    ['17283950617', 17_283_950_617],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    [7, 7],
  ])('%j is read', (given, number) => {
    expect(seed(given)).toBe(number);
  });

  it.each([
    ['', 'found nothing'],
    ['abc', 'found "abc"'],
    ['-1', 'found "-1"'],
    ['1.5', 'found "1.5"'],
    ['1e3', 'found "1e3"'],
    ['0x10', 'found "0x10"'],
    ['9007199254740992', 'found "9007199254740992"'],
  ])('%j is refused', (given, text) => {
    expect(() => seed(given)).toThrow(`--seed: expected a whole number from 0 to 9007199254740991, ${text}`);
  });

  it('may be bounded, and left out', () => {
    expect(() => wholeNumberFrom('repeat', 1, 100)('1000000000')).toThrow(
      'from 1 to 100, found "1000000000"',
    );
    expect(seed(undefined)).toBeUndefined();
  });
});

describe('colours', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ CI: 'true' }, true, false],
    [{ TERM: 'dumb' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '' }, false, true],
    [{ FORCE_COLOR: '3', CI: 'true', NO_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: 'false' }, true, false],
  ])('with %j, a terminal: %j, are used: %j', (env, terminal, used) => {
    expect(mayColor(env, terminal)).toBe(used);
  });
});
