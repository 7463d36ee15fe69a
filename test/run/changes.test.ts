import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/history/event.js';
import { Changes } from '../../src/run/changes.js';

const primary = (time: number, node: string, term?: number) =>
  ({ index: 0, time, type: 'role', node, role: 'primary', source: 'probe', ...(term && { term }) }) as Event;
const supervisor = (time: number, event: string, target: string, term: number) =>
  ({ index: 0, time, type: 'supervisor', node: 's1', event, target, term }) as Event;
const ask = (time: number, what: string, node: string) =>
  ({ index: 0, time, type: 'ask', ask: what, node }) as Event;

describe('changes of primary', () => {
  it('are seen by a higher term, and not by the same one told again', () => {
    const changes = new Changes();
    changes.add(primary(1, 'a', 1));
    changes.add(primary(50, 'a', 1));
    expect(changes.promotedSince(10)).toBe(false);
    changes.add(supervisor(60, 'promoted', 'b', 2));
    expect(changes.promotedSince(10)).toBe(true);
    changes.add(primary(70, 'a', 1));
    changes.add(primary(80, 'b', 2));
    expect(changes.promotedSince(65)).toBe(false);
  });

  it('are seen by another node where there are no terms', () => {
    const changes = new Changes();
    for (const [time, node] of [
      [1, 'a'],
      [20, 'a'],
    ] as const)
      changes.add(primary(time, node));
    expect(changes.promotedSince(10)).toBe(false);
    changes.add(primary(30, 'b'));
    expect(changes.promotedSince(10)).toBe(true);
  });

  it('that are planned are under way from when they were asked for or begun until somebody is promoted', () => {
    const changes = new Changes();
    changes.add(primary(1, 'a', 1));
    expect(changes.switchingTo).toBeUndefined();
    changes.add(ask(10, 'restart', 'b'));
    expect(changes.switchingTo).toBeUndefined();
    changes.add(ask(20, 'switchover', 'b'));
    expect(changes.switchingTo).toBe('b');
    expect(changes.promotedSince(0)).toBe(false);
    changes.add(primary(30, 'b', 2));
    expect(changes.switchingTo).toBeUndefined();
    expect(changes.promotedSince(0)).toBe(true);
    changes.add(supervisor(40, 'switchover', 'a', 2));
    expect(changes.switchingTo).toBe('a');
  });
});
