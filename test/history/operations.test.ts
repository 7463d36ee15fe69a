import { describe, expect, it } from 'vitest';
import type { Event, EventBody } from '../../src/history/event.js';
import { pairOperations } from '../../src/history/operations.js';

function events(...bodies: EventBody[]): Event[] {
  return bodies.map((body, index) => ({ index, time: index * 10, ...body }) as Event);
}
const invoke = (process: number, f: 'read' | 'write' = 'write', value: number | null = 1): EventBody => {
  return { type: 'invoke', process, f, key: 'k', value, client: 'app', node: 'a' };
};
const complete = (
  type: 'ok' | 'fail' | 'info',
  process: number,
  value: number | null = 1,
  f: 'read' | 'write' = 'write',
): EventBody => {
  return { type, process, f, key: 'k', value };
};

describe('pairing', () => {
  it('joins an invocation with its completion', () => {
    const { operations, flaws } = pairOperations(
      events(invoke(1), { ...invoke(2, 'read', null), intended: 5 } as EventBody, complete('ok', 1), {
        ...complete('ok', 2, 1, 'read'),
        node: 'b',
        term: 4,
      } as EventBody),
    );
    expect(flaws).toEqual([]);
    expect(operations).toMatchObject([
      {
        process: 1,
        f: 'write',
        value: 1,
        type: 'ok',
        start: 0,
        end: 20,
        intended: 0,
        node: 'a',
        invoke: 0,
        complete: 2,
      },
      { process: 2, f: 'read', value: 1, type: 'ok', start: 10, end: 30, intended: 5, node: 'b', term: 4 },
    ]);
  });

  it('takes what is in doubt, or never completed, as open without end', () => {
    const { operations, flaws } = pairOperations(
      events(invoke(1), complete('info', 1), invoke(1), invoke(2)),
    );
    expect(flaws).toEqual([]);
    expect(operations.map(({ type, end, complete }) => [type, end, complete])).toEqual([
      ['info', Infinity, 1],
      ['info', Infinity, undefined],
      ['info', Infinity, undefined],
    ]);
  });

  it('says where a process has two operations at once, or completes what it did not invoke', () => {
    const { flaws } = pairOperations(
      events(
        invoke(1),
        invoke(1),
        complete('ok', 2),
        complete('ok', 1, 1, 'read'),
        invoke(3),
        complete('ok', 3, 2),
      ),
    );
    expect(flaws).toHaveLength(4);
    expect(flaws[0]).toContain('event 1: process 1 invoked an operation while another');
    expect(flaws[1]).toContain('event 2: process 2 completed an operation that it had not invoked');
    expect(flaws[2]).toContain('event 3: process 1 completed read k, which it had invoked as write k');
    expect(flaws[3]).toContain('event 5: process 3 completed a write of 2');
  });

  it('names no more flaws than a person would read', () => {
    const { flaws } = pairOperations(
      events(...Array.from({ length: 50 }, (_, process) => complete('ok', process))),
    );
    expect(flaws).toHaveLength(21);
    expect(flaws.at(-1)).toBe('and 30 more like these');
  });
});
