import { describe, expect, it } from 'vitest';
import { Latest } from '../../src/reference/latest.js';

const from = 'a';

describe('the latest message of a sender', () => {
  it('is not replaced by one that was sent before it', () => {
    const latest = new Latest(200);
    expect(latest.take({ from, incarnation: 1, sentAt: 10 }, 1000)).toBe(true);
    expect(latest.take({ from, incarnation: 1, sentAt: 9 }, 1001)).toBe(false);
    expect(latest.take({ from, incarnation: 1, sentAt: 10 }, 1002)).toBe(true);
    expect([latest.of(from)?.sentAt, latest.at(from)]).toEqual([10, 1002]);
  });

  it('is not replaced by one of a life before, whatever the clocks were', () => {
    const latest = new Latest(200);
    latest.take({ from, incarnation: 1, sentAt: 5000 }, 1000);
    expect(latest.take({ from, incarnation: 2, sentAt: 3 }, 1100)).toBe(true);
    expect(latest.take({ from, incarnation: 1, sentAt: 5001 }, 1101)).toBe(false);
    expect(latest.of(from)?.incarnation).toBe(2);
  });

  it('is of the life that goes on, where a late message of an earlier one came first', () => {
    const latest = new Latest(200);
    latest.take({ from, incarnation: 2, sentAt: 3 }, 1000);
    latest.take({ from, incarnation: 1, sentAt: 5000 }, 1001);
    expect(latest.take({ from, incarnation: 2, sentAt: 103 }, 1100)).toBe(false);
    expect(latest.take({ from, incarnation: 2, sentAt: 203 }, 1202)).toBe(true);
  });
});
