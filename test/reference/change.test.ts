import { expect, it } from 'vitest';
import { changed, isChange } from '../../src/reference/change.js';
import { ReplicatedLog } from '../../src/reference/log.js';

it.each([
  [null, { append: 1 }, [1]],
  [[1], { append: 2 }, [1, 2]],
  [7, { append: 2 }, undefined],
  [null, { add: 3 }, 3],
  [4, { add: 3 }, 7],
  ['4', { add: 3 }, undefined],
  [null, { cas: [null, 1] as const }, 1],
  [1, { cas: [1, 2] as const }, 2],
  ['1', { cas: [1, 2] as const }, undefined],
])('%j changed by %j is %j', (value, change, result) => expect(changed(value, change)).toEqual(result));

it.each([null, 1, {}, { append: 1, add: 1 }, { add: '1' }, { cas: [1] }, { swap: 1 }])(
  '%j is no change',
  (value) => expect(isChange(value)).toBe(false),
);

it('the log knows the latest value of a key, committed or not, also after entries were dropped', () => {
  const log = new ReplicatedLog([{ kind: 'entry', entry: { term: 1, key: 'k', value: 1 } }]);
  log.append({ term: 1, key: 'k', value: 2 });
  log.append({ term: 1, key: null, value: null });
  expect([log.latest('k'), log.read('k'), log.latest('other')]).toEqual([2, null, null]);
  log.truncate(1);
  expect(log.latest('k')).toBe(1);
});
