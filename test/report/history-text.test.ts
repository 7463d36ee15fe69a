import { describe, expect, test } from 'vitest';
import type { EventOf } from '../../src/history/event.js';
import type { History } from '../../src/history/history.js';
import { historyText } from '../../src/report/history-text.js';
import { finding, history, SPLIT, type Told, verdictOf } from './samples.js';

/** What ends was begun a millisecond before. */
function invoked(told: Told): Told[] {
  if (told.type !== 'ok' && told.type !== 'info') return [told];
  const { process, f, key, value, client, ms } = told;
  return [{ ms: ms - 1, type: 'invoke', process, f, key, value, ...(client ? { client } : {}) }, told];
}

function historyOf(told = SPLIT, flaws: string[] = []): History {
  const events = history(told.flatMap(invoked));
  const run = events[0]?.type === 'run' ? (events[0] as EventOf<'run'>) : undefined;
  return { events, run, flaws };
}

describe('the text of a run', () => {
  test('tells what happened, the faults, the primaries, the clients and the findings', () => {
    const verdict = verdictOf([
      finding('recover', 'pass'),
      finding('double_primaries', 'fail', { expected: '0', actual: '1' }),
    ]);
    const healed: Told = {
      ms: 7020,
      type: 'healed',
      fault: 'fault-1',
      witnessed: true,
      at: 7_013e6,
      evidence: [],
    };
    expect(historyText(historyOf([...SPLIT, healed]), verdict)).toBe(`\
split-brain on process, seed 7, execution 1, 2025-01-02T03:04:05.000Z
  The primary is cut off.

Timeline
      0.0 ms  split-brain on process, seed 7, execution 1
      1.0 ms  phase: steady
    800.0 ms  a is primary in term 1
    801.0 ms  b is standby
   2000.0 ms  phase: steps
   2001.0 ms  step 2: partition: isolate primary
   2010.0 ms  fault-1 (isolate a (drop)) is being injected
   2013.4 ms  fault-1 (isolate a (drop)) is in force
   2419.0 ms  supervisor-2 declared a failed (term 1)
   2515.0 ms  b is primary in term 2
   7013.0 ms  fault-1 (isolate a (drop)) is healed

Faults
  fault-1 (isolate a (drop)): in force from 2013.4 ms to 7013.0 ms (4999.6 ms)

Primaries
  a in term 1: 800.0 ms to 7020.0 ms
  b in term 2: 2515.0 ms to 7020.0 ms

Clients
  east: 2 ok, 0 fail, 1 info; first ok 1900.0 ms, last ok 2600.0 ms; longest without 599.0 ms (2000.0 ms to 2599.0 ms)

Impact
  fault-1: of 2007 operations 3 failed, 4 were in doubt, 12 took longer than usual

Findings
  pass recover: expected <= 2500ms, found 508.3 ms
  FAIL double_primaries: expected 0, found 1
    what was seen of double_primaries
    in two lines
    events 12, 41

split-brain: FAIL (seed 123, process, 14.2 s)
`);
  });

  test('says for whom a fault was healed before, and that it was not seen to last', () => {
    const fault = 'fault-1';
    const pause = { kind: 'pause', targets: ['b', 'c'], text: 'b, c paused' };
    const told: Told[] = [
      { ms: 10, type: 'fault', fault, ...pause },
      { ms: 12, type: 'witness', fault, witnessed: true, at: 11e6, evidence: [] },
      { ms: 20, type: 'witness', before: 'heal', fault, witnessed: true, targets: ['b'], evidence: [] },
      { ms: 20, type: 'heal', fault, targets: ['b'] },
      { ms: 21, type: 'healed', fault, witnessed: true, at: 20.5e6, targets: ['b'], evidence: [] },
    ];
    const part = historyText(historyOf(told));
    expect(part).toContain('20.0 ms  fault-1 (b, c paused) is being healed for b alone');
    expect(part).toContain('20.5 ms  fault-1 (b, c paused) is healed for b alone');
    expect(part).toContain('paused): in force from 11.0 ms, never healed; for b to 20.5 ms\n');
    const evidence = [{ subject: 'c', expected: 'stopped', observed: 'not stopped' }];
    const whole = historyText(
      historyOf([
        ...told,
        { ms: 30, type: 'witness', before: 'heal', fault, witnessed: false, evidence },
        { ms: 30, type: 'heal', fault },
        { ms: 31, type: 'healed', fault, witnessed: true, at: 30.5e6, evidence: [] },
      ]),
    );
    expect(whole).toContain(
      '30.0 ms  fault-1 (b, c paused) was not seen to last until its heal (c: expected stopped, found not stopped)',
    );
    expect(whole).toContain(
      'in force from 11.0 ms to 30.5 ms (19.5 ms); for b to 20.5 ms; not seen to last until 30.0 ms\n',
    );
  });

  test('says that a fault was not seen, or never healed', () => {
    expect(historyText(historyOf())).toContain('(isolate a (drop)): in force from 2013.4 ms, never healed');
    expect(historyText(historyOf(SPLIT.slice(0, 9)))).toContain(
      '(isolate a (drop)): not seen to take effect',
    );
  });

  test('says that a history is not whole, and takes an empty one', () => {
    expect(historyText(historyOf(SPLIT, ['cut short after line 14']))).toContain(
      'not whole: cut short after line 14',
    );
    expect(historyText(historyOf([], ['empty']))).toBe(
      'a history without its first line: what was run is not known\nnot whole: empty\n',
    );
  });

  test('does not let a text move the cursor', () => {
    const evil = '\x1b[2J\x1b[9A';
    const text = historyText(historyOf([{ ms: 1, type: 'problem', message: evil }], [evil]));
    expect(text).not.toContain('\x1b');
  });
});
