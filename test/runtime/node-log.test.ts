/** Logs that grow without end: a beginning and the last lines stay, and what was cut is told. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NodeLog } from '../../src/runtime/process/node-log.js';
import { freshFolder } from '../drills/drill-command.js';

const LIMITS = { most: 10_000, beginning: 2000, end: 1000, waiting: 5000 };
const line = (number: number) => `line ${String(number).padStart(6, '0')} ${'x'.repeat(80)}\n`;
const CUT = /\n\[failover-drill: (\d+) bytes of this log were cut so far\]\n/g;

/** Writes so many lines, and waits for the disk after each `few`: was the last one the last in the log each time? */
async function written(lines: number, few: number): Promise<{ text: string; wasLast: boolean[] }> {
  const path = join(freshFolder(), 'a.log');
  const log = new NodeLog(path, LIMITS);
  const wasLast: boolean[] = [];
  for (let number = 0; number < lines; number += few) {
    for (let more = 0; more < few; more++) log.write(line(number + more));
    wasLast.push((await log.tail(1))[0] === line(number + few - 1).trimEnd());
    expect(statSync(path).size).toBeLessThanOrEqual(LIMITS.most + LIMITS.waiting + 200);
  }
  await log.close();
  return { text: readFileSync(path, 'utf8'), wasLast };
}

test('a log that stays small is whole', async () => {
  let expected = '';
  for (let number = 0; number < 50; number++) expected += line(number);
  expect((await written(50, 10)).text).toBe(expected);
});

test.each([
  ['a disk that keeps up', 20, true],
  ['one that does not', 5000, false],
])(
  'with %s a log keeps its beginning, stays small, and tells every byte that was cut',
  async (_disk, few, hasEach) => {
    const { text, wasLast } = await written(5000, few);
    expect(new Set(wasLast)).toEqual(new Set([hasEach]));
    expect(text.length).toBeLessThanOrEqual(LIMITS.most + LIMITS.waiting + 200);
    expect(text.startsWith(line(0) + line(1) + line(2))).toBe(true);
    const cuts = [...text.matchAll(CUT)];
    expect(cuts.length).toBeGreaterThan(0);
    const told = Number(cuts.at(-1)?.[1]);
    const left = text.replace(CUT, '').length;
    expect(told + left).toBe(5000 * line(0).length);
  },
);
