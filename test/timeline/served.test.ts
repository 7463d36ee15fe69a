import { expect, it } from 'vitest';
import { endsWithRestart, leavesOf } from '../../src/history/fault-events.js';
import { pairOperations } from '../../src/history/operations.js';
import { requestsOf } from '../../src/timeline/client-operations.js';

it('an operation that failed by its own condition was served, one that was refused was not', () => {
  const common = { process: 1, f: 'cas' as const, key: 'k', value: [1, 2] };
  const events = [
    { index: 0, time: 0, type: 'invoke' as const, ...common },
    { index: 1, time: 5, type: 'fail' as const, ...common, error: 'found 7', mismatch: true as const },
    { index: 2, time: 10, type: 'invoke' as const, ...common },
    { index: 3, time: 15, type: 'fail' as const, ...common, error: 'not primary' },
  ];
  const { operations } = pairOperations(events);
  expect(requestsOf({ events, run: undefined, flaws: [] }, operations).map(({ ok }) => ok)).toEqual([
    true,
    false,
  ]);
});

it('histories of the first language have in the kind what a fault leaves', () => {
  const of = (kind: string) => [leavesOf({ kind }), endsWithRestart({ kind })];
  expect(['kill', 'stop', 'kill-process', 'pause', 'slow'].map(of)).toEqual([
    ['killed', true],
    ['killed', true],
    ['killed', false],
    ['paused', false],
    [undefined, false],
  ]);
  expect(endsWithRestart({ kind: 'own', leaves: 'killed' })).toBe(true);
});
