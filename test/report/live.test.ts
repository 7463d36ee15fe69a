import { describe, expect, test } from 'vitest';
import { advance, type LiveState, liveState, plainLine, render } from '../../src/report/live.js';
import { columnsOf } from '../../src/report/text.js';
import { CONTROLS, history, SPLIT, type Told } from './samples.js';

function stateAfter(told: readonly Told[]): LiveState {
  return history(told).reduce(advance, liveState());
}

const show = (told: readonly Told[], elapsedMs: number, columns = 80) =>
  render(stateAfter(told), { elapsedMs, columns, colors: false });

describe('live progress', () => {
  test('shows phase, time, primary, operations, faults in force and the last events', () => {
    expect(show(SPLIT.slice(0, -2), 2600)).toEqual([
      'split-brain  steps, step 2: partition: isolate primary  2.6 s',
      'primary a (term 1)',
      'east  1 ok/s  1 errors/s  1 errors in all',
      'in force: fault-1 (isolate a (drop))',
      ' 2000.0 ms  phase: steps',
      ' 2001.0 ms  step 2: partition: isolate primary',
      ' 2010.0 ms  fault-1 (isolate a (drop)) is being injected',
      ' 2013.4 ms  fault-1 (isolate a (drop)) is in force',
      ' 2419.0 ms  supervisor-2 declared a failed (term 1)',
    ]);
  });

  test('shows two primaries where two nodes say that they are', () => {
    const lines = show(SPLIT, 2700);
    expect(lines).toContain('primary a (term 1) and b (term 2)');
    expect(lines.at(-1)).toBe(' 2515.0 ms  b is primary in term 2');
  });

  test('has no primary left when its process has exited', () => {
    const exit: Told = { ms: 2600, type: 'node', node: 'a', event: 'exited' };
    expect(show([...SPLIT.slice(0, 5), exit], 2700)).toContain('primary none');
  });

  test('counts the operations of the last second, by the clock and not by the events', () => {
    const operations = Array.from(
      { length: 300 },
      (_, index): Told => ({
        ms: 1000 + index * 10,
        type: index % 10 === 0 ? 'fail' : 'ok',
        process: 1,
        f: 'read',
        key: 'k',
        value: null,
        client: 'east',
      }),
    );
    expect(show(operations, 4000)).toContain('east  90 ok/s  10 errors/s  30 errors in all');
    expect(show(operations, 9000)).toContain('east  0 ok/s  0 errors/s  30 errors in all');
  });

  test('drops a fault when it is healed, and a kill when its node starts again', () => {
    const kill: Told = {
      ms: 1,
      type: 'fault',
      fault: 'fault-1',
      kind: 'kill',
      targets: ['a'],
      text: 'kill a',
    };
    const cut: Told = {
      ms: 2,
      type: 'fault',
      fault: 'fault-2',
      kind: 'partition',
      targets: ['b'],
      text: 'isolate b',
    };
    const inForce = (told: Told[]) =>
      [...stateAfter([kill, cut, ...told]).faults.values()].map(({ name }) => name);
    expect(inForce([])).toEqual(['fault-1 (kill a)', 'fault-2 (isolate b)']);
    const unhealed: Told = { ms: 3, type: 'healed', fault: 'fault-2', witnessed: false, evidence: [] };
    expect(inForce([unhealed])).toHaveLength(2);
    expect(inForce([{ ms: 3, type: 'node', node: 'a', event: 'starting' }])).toEqual(['fault-2 (isolate b)']);
    expect(inForce([{ ms: 3, type: 'healed', fault: 'fault-2', witnessed: true, evidence: [] }])).toEqual([
      'fault-1 (kill a)',
    ]);
  });

  test('shows for whom a fault is in force yet, and nothing of a look that saw what it should', () => {
    const fault = 'fault-1';
    const told: Told[] = [
      { ms: 1, type: 'fault', fault, kind: 'pause', targets: ['a', 'b', 'c'], text: 'a, b, c paused' },
      { ms: 2, type: 'witness', fault, witnessed: true, evidence: [] },
      { ms: 3, type: 'witness', before: 'heal', fault, witnessed: true, targets: ['b'], evidence: [] },
      { ms: 3, type: 'heal', fault, targets: ['b'] },
      { ms: 4, type: 'healed', fault, witnessed: true, targets: ['b'], evidence: [] },
    ];
    const lines = show(told, 5);
    expect(lines).toContain('in force: fault-1 (a, b, c paused), for a, c alone');
    expect(lines.filter((line) => line.endsWith('is in force'))).toHaveLength(1);
    const healed: Told = { ms: 6, type: 'healed', fault, witnessed: true, evidence: [] };
    expect(stateAfter([...told, healed]).faults.size).toBe(0);
  });

  test('does not take a stale report for a change', () => {
    const late: Told = {
      ms: 2700,
      type: 'role',
      node: 'b',
      role: 'standby',
      source: 'log',
      at: 2_400_000_000,
    };
    expect(stateAfter([...SPLIT, late]).notable.at(-1)).toContain('b is primary in term 2');
    expect(stateAfter([...SPLIT, late]).roles.get('b')?.role).toBe('primary');
  });

  test('keeps to the width, and does not let a text move the cursor', () => {
    const step: Told = { ms: 3, type: 'step', step: 1, text: `\x1b[2J\x1b[9A${'日'.repeat(100)}\n\r` };
    const lines = show([...SPLIT, step], 2700, 40);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(columnsOf(line)).toBeLessThanOrEqual(40);
      expect(line).not.toMatch(CONTROLS);
    }
  });

  test('leaves the state before as it was', () => {
    const before = stateAfter(SPLIT.slice(0, 9));
    const copy = structuredClone(before);
    history(SPLIT).reduce(advance, before);
    expect(before).toEqual(copy);
  });
});

describe('a plain line', () => {
  const lineOf = (told: Told) => plainLine(history([told])[0]!);

  test('is given for what is notable', () => {
    expect(lineOf({ ms: 1, type: 'phase', phase: 'heal' })).toBe('    1.0 ms  phase: heal');
    expect(
      lineOf({
        ms: 1,
        type: 'waited',
        for: 'recovered',
        reached: false,
        detail: 'timed out after 30 s: b is down',
      }),
    ).toBe('    1.0 ms  recovered: timed out after 30 s: b is down');
    expect(lineOf({ ms: 1, type: 'problem', message: 'no\x1b[2J witness' })).toBe(
      '    1.0 ms  problem: no witness',
    );
    const evidence = [{ subject: 'a->b', expected: 'silent', observed: 'answered' }];
    expect(lineOf({ ms: 1, type: 'witness', fault: 'fault-1', witnessed: false, evidence })).toBe(
      '    1.0 ms  fault-1 was not seen to take effect (a->b: expected silent, found answered)',
    );
  });

  test('tells how long an injection took, from its first part in force to its last', () => {
    const witness = { type: 'witness' as const, fault: 'fault-1', witnessed: true, evidence: [] };
    expect(lineOf({ ms: 9, ...witness, at: 1e6, last: 4.14e6 })).toBe(
      '    1.0 ms  fault-1 is in force after 3.1 ms',
    );
    expect(lineOf({ ms: 9, ...witness, at: 1e6 })).toBe('    1.0 ms  fault-1 is in force');
  });

  test('is not given for operations, nor for a probe that sees nothing new', () => {
    const operation = { process: 1, f: 'read', key: 'k', value: null } as const;
    expect(lineOf({ ms: 1, type: 'invoke', ...operation })).toBeUndefined();
    expect(lineOf({ ms: 1, type: 'info', ...operation })).toBeUndefined();
    expect(lineOf({ ms: 1, type: 'role', node: 'a', role: 'primary', source: 'probe' })).toBeUndefined();
    expect(lineOf({ ms: 1, type: 'role', node: 'a', role: 'primary', source: 'log', term: 3 })).toBe(
      '    1.0 ms  a is primary in term 3',
    );
  });

  test('takes the time that it is told', () => {
    expect(plainLine(history([{ ms: 1, type: 'end', reason: 'done' }])[0]!, 12)).toBe(
      '   12.0 ms  the run is done',
    );
  });
});
