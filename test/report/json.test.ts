import { expect, test } from 'vitest';
import type { Verdict } from '../../src/checker/verdict.js';
import { verdictJson } from '../../src/report/json.js';
import { finding, verdictOf } from './samples.js';

/** The same value with every object's keys the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

const verdict = verdictOf([finding('recover', 'pass'), finding('detect', 'fail')]);

test('verdict.json is the verdict, whole', () => {
  const text = verdictJson(verdict);
  expect(JSON.parse(text)).toEqual(verdict);
  expect(text.startsWith('{\n  "drill": "split-brain",\n  "about":')).toBe(true);
  expect(text.endsWith('\n}\n')).toBe(true);
});

test('verdict.json is the same text whatever order the keys came in', () => {
  expect(verdictJson(reversed(verdict) as Verdict)).toBe(verdictJson(verdict));
});
