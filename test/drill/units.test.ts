import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import {
  type Bound,
  byteRate,
  countBound,
  duration,
  durationBound,
  formatBound,
  formatDuration,
  holds,
  interval,
  operationRate,
  parseDuration,
  percent,
  rate,
  ratioBound,
  share,
  size,
  skew,
} from '../../src/drill/units.js';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['250us', 0.25],
    ['0ms', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
    expect(parseDuration(formatDuration(ms))).toBe(ms);
  });

  it.each(['500', '1 s', '-1s', '1d', 's', '1e3ms', '', '1s2'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
    expect(duration.safeDecode(text).success).toBe(false);
  });

  it('keeps microseconds through formatting', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (us) => {
        const ms = us / 1000;
        expect(parseDuration(formatDuration(ms))).toBeCloseTo(ms, 6);
      }),
    );
  });

  it('is above nothing where something repeats, and at most a week', () => {
    expect(interval.safeDecode('0ms').success).toBe(false);
    expect(duration.safeDecode('0ms').success).toBe(true);
    expect(duration.safeDecode('169h').success).toBe(false);
  });
});

describe('quantities', () => {
  const roundTrip = <Schema extends z.ZodType>(schema: Schema, text: z.input<Schema>) =>
    schema.encode(schema.decode(text));

  it.each(['200/s', '100/m', '0.5/s', '100000/s', '1/m'])('a rate keeps its value: %s', (text) => {
    expect(rate.decode(roundTrip(rate, text))).toBe(rate.decode(text));
  });
  it.each(['0/s', '200', '200/h', '1000000/s', '-1/s'])('%j is no rate', (text) => {
    expect(rate.safeDecode(text).success).toBe(false);
  });
  it.each(['0%', '33.3%', '99.99%', '100%'])('a share keeps its text: %s', (text) => {
    expect(roundTrip(percent, text)).toBe(text);
  });
  it.each(['101%', '70', '-1%'])('%j is no share', (text) => {
    expect(percent.safeDecode(text).success).toBe(false);
  });
  it.each(['0%', '0.9%', '101%'])('%j is no share of a processor', (text) => {
    expect(share.safeDecode(text).success).toBe(false);
  });
  it.each([
    ['6291456b', '6m', 6 * 1024 ** 2],
    ['1024k', '1m', 1024 ** 2],
    ['1025b', '1025b', 1025],
    ['2g', '2g', 2 * 1024 ** 3],
  ])('a size is told the shortest way: %s', (text, shortest, bytes) => {
    expect(size('1b').decode(text)).toBe(bytes);
    expect(roundTrip(size('1b'), text)).toBe(shortest);
  });
  it.each(['64', '64mb', '1.5m', '-1m', '5m'])('%j is no size of at least 6m', (text) => {
    expect(size('6m').safeDecode(text).success).toBe(false);
  });
  it.each(['4k/s', '1m/s', '1025k/s'])('bytes a second keep their text: %s', (text) => {
    expect(roundTrip(byteRate, text)).toBe(text);
  });
  it.each(['1m', '1k/s', '1m/m', '2048g/s'])('%j is no number of bytes a second', (text) => {
    expect(byteRate.safeDecode(text).success).toBe(false);
  });
  it('operations a second are whole, and never none', () => {
    expect(roundTrip(operationRate, '20/s')).toBe('20/s');
    for (const text of ['0/s', '1.5/s', '20', '20/m'])
      expect(operationRate.safeDecode(text).success, text).toBe(false);
  });
  it.each(['+5m', '-30s', '+1.5s', '-250us', '+8760h'])('a skew keeps its text: %s', (text) => {
    const decoded = skew.decode(text);
    expect(Math.sign(decoded)).toBe(text.startsWith('-') ? -1 : 1);
    expect(skew.decode(skew.encode(decoded))).toBe(decoded);
  });
  it.each(['5m', '+5', '+0s', '+-5m', '+88000h'])('%j is no skew', (text) => {
    expect(skew.safeDecode(text).success).toBe(false);
  });
  it.each(['<= 2s', '< 1500ms', '>= 1m', '> 0ms', '2s'])('a limit keeps its text: %s', (text) => {
    expect(roundTrip(durationBound, text)).toBe(text);
  });
  it.each(['>= 99.9%', '100%'])('a limit in percent keeps its text: %s', (text) => {
    expect(roundTrip(ratioBound, text)).toBe(text);
  });
  it.each([0, 7, '>= 1', '< 3'])('a limit on a count keeps its form: %s', (value) => {
    expect(roundTrip(countBound, value)).toBe(value);
  });
  it.each(['1.5', '= 1', '', '9999999999', -1, 1.5])('%j is no limit on a count', (value) => {
    expect(countBound.safeDecode(value).success).toBe(false);
  });
});

describe('a limit', () => {
  const bound = (operator: Bound['operator'], value = 2): Bound => ({ operator, value, unit: 'count' });

  it.each([
    ['<=', [true, true, false]],
    ['<', [true, false, false]],
    ['>=', [false, true, true]],
    ['>', [false, false, true]],
    ['==', [false, true, false]],
  ] as const)('%s 2 holds for 1, 2, 3: %s', (operator, expected) => {
    expect([1, 2, 3].map((figure) => holds(bound(operator), figure))).toEqual(expected);
  });

  it('is written with its operator unless it is exact', () => {
    expect(formatBound(bound('<='))).toBe('<= 2');
    expect(formatBound(bound('=='))).toBe('2');
    expect(formatBound({ operator: '>=', value: 0.999, unit: 'ratio' })).toBe('>= 99.9%');
  });
});
