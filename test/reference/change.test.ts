import { expect, it } from 'vitest';
import type { Value } from '../../src/history/event.js';
import { answerTo, type Change, changed, isChange } from '../../src/reference/change.js';
import { ReplicatedLog } from '../../src/reference/log.js';

it.each([
  [null, { append: 1 }, [1]],
  [[1], { append: 2 }, [1, 2]],
  [7, { append: 2 }, undefined],
  [null, { add: 3 }, 3],
  [4, { add: 3 }, 7],
  ['4', { add: 3 }, undefined],
  [[1, 2], { take: 'first' }, [2]],
  [null, { take: 'first' }, null],
  [[], { take: 'first' }, []],
  [7, { take: 'first' }, undefined],
  [null, { transfer: [2, 0, 5] }, [5, 0, -5]],
  [[5, 0, -5], { transfer: [0, 0, 9] }, [5, 0, -5]],
  [[1, 'x'], { transfer: [0, 1, 1] }, undefined],
  [null, { cas: [null, 1] as const }, 1],
  [1, { cas: [1, 2] as const }, 2],
  ['1', { cas: [1, 2] as const }, undefined],
])('%j changed by %j is %j', (value, change, result) =>
  expect(changed(value, change as Change)).toEqual(result),
);

it.each([
  null,
  1,
  {},
  { append: 1, add: 1 },
  { add: '1' },
  { cas: [1] },
  { swap: 1 },
  { take: 'last' },
  { transfer: [0, -1, 1] },
  { transfer: [0, 1e9, 1] },
  { transfer: [0, 1] },
])('%j is no change', (value) => expect(isChange(value)).toBe(false));

it('the log knows the latest value of a key, committed or not, also after entries were dropped', () => {
  const log = new ReplicatedLog([{ kind: 'entry', entry: { term: 1, key: 'k', value: 1 } }]);
  log.append({ term: 1, key: 'k', value: 2 });
  log.append({ term: 1, key: null, value: null });
  expect([log.latest('k'), log.read('k'), log.latest('other')]).toEqual([2, null, null]);
  log.truncate(1);
  expect(log.latest('k')).toBe(1);
});

it.each([
  [[1, 2], { take: 'first' }, 1],
  [[], { take: 'first' }, null],
  [null, { take: 'first' }, null],
  [null, { append: 1 }, undefined],
] as const)('%j changed by %j is answered with %j', (value, change, answer) =>
  expect(answerTo(value as Value, change)).toEqual(answer),
);
