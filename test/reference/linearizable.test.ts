import { describe, expect, it } from 'vitest';
import { type Operation, whyNotLinearizable } from './linearizable.js';

const write = (value: number, start: number, end: number): Operation => ({
  kind: 'write',
  value,
  start,
  end,
});
const read = (value: number | null, start: number, end: number): Operation => ({
  kind: 'read',
  value,
  start,
  end,
});

describe('a history of one register', () => {
  it('is linearizable where reads follow the writes', () => {
    expect(
      whyNotLinearizable([read(null, 0, 1), write(1, 2, 5), read(1, 3, 4), read(1, 6, 7)]),
    ).toBeUndefined();
  });

  it('may show an unanswered write, or never', () => {
    expect(whyNotLinearizable([write(1, 0, 1), write(2, 2, Infinity), read(1, 3, 4)])).toBeUndefined();
    expect(whyNotLinearizable([write(1, 0, 1), write(2, 2, Infinity), read(2, 9, 10)])).toBeUndefined();
  });

  it('is not where an acknowledged write is lost', () => {
    expect(whyNotLinearizable([write(1, 0, 1), write(2, 2, 3), read(1, 4, 5)])).toMatch(/no order/);
    expect(whyNotLinearizable([write(1, 0, 1), read(null, 4, 5)])).toMatch(/no order/);
  });

  it('is not where reads go back in time', () => {
    const history = [write(1, 0, 10), write(2, 0, 10), read(1, 11, 12), read(2, 13, 14), read(1, 15, 16)];
    expect(whyNotLinearizable(history)).toMatch(/no order/);
  });

  it('is not where a value is read that nobody wrote, or before it was written', () => {
    expect(whyNotLinearizable([read(7, 0, 1)])).toMatch(/nobody wrote/);
    expect(whyNotLinearizable([read(7, 0, 1), write(7, 2, 3)])).toMatch(/before it was written/);
  });
});
