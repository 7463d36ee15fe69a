import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import { erasure } from '../../src/commands/output.js';
import { liveTerminal } from '../../src/report/terminal.js';
import { history, SPLIT } from './samples.js';

function terminal(interactive: boolean, rows = 24, fold?: (title: string, text: string) => void) {
  const clock = new VirtualClock(1000);
  const written: string[] = [];
  const live = liveTerminal({
    write: (text, over = 0) => written.push(erasure(over) + text),
    columns: () => 80,
    rows: () => rows,
    interactive,
    fold,
    colors: false,
    clock,
  });
  return { clock, written, live };
}

const UP = '\x1b\\[(\\d+)A';
const CLEAR = '\x1b\\[J';

/** What a screen of unlimited height shows after these writes: knows cursor up, return, clear to end. */
function screen(written: readonly string[]): string[] {
  const lines = [''];
  let row = 0;
  const pieces = new RegExp(`(${UP.replace(/[()]/g, '')}|${CLEAR}|\\n|\\r)`);
  for (const part of written.join('').split(pieces)) {
    const up = new RegExp(`^${UP}$`).exec(part);
    if (up) row -= Number(up[1]);
    else if (part === '\x1b[J') lines.splice(row, lines.length, '');
    else if (part === '\n') row += 1;
    else if (part !== '\r') lines[row] = (lines[row] ?? '') + part;
    lines[row] ??= '';
  }
  expect(row).toBe(lines.length - 1);
  return lines;
}

describe('the live terminal', () => {
  test('rewrites its lines in place, at most ten times a second', () => {
    const { clock, written, live } = terminal(true);
    const run = live.open();
    for (const event of history(SPLIT)) {
      clock.advance(event.time / 1e6 + 1000 - clock.now());
      run.event(event);
    }
    expect(written.length).toBeLessThanOrEqual(26);
    expect(written.length).toBeGreaterThan(20);
    clock.advance(100);
    const shown = screen(written);
    expect(shown[0]).toBe('split-brain  steps, step 2: partition: isolate primary  2.7 s');
    expect(shown).toContain('primary a (term 1) and b (term 2)');
    live.stop();
  });

  test('leaves nothing behind when it is stopped, and writes nothing after', () => {
    const { clock, written, live } = terminal(true);
    const run = live.open('1/2');
    for (const event of history(SPLIT)) run.event(event);
    clock.advance(150);
    expect(screen(written)[0]).toBe('1/2');
    live.stop();
    live.stop();
    expect(screen(written)).toEqual(['']);
    const before = written.length;
    run.event(history(SPLIT)[3]!);
    run.close();
    clock.advance(1000);
    expect(written).toHaveLength(before);
    expect(clock.next()).toBeUndefined();
  });

  test('leaves the timeline of a run alone on the screen', () => {
    const { clock, written, live } = terminal(true);
    const run = live.open();
    const again = { ms: 2430, type: 'supervisor', event: 'declared', target: 'a', term: 1 } as const;
    for (const event of history([...SPLIT, { ...again, node: 'supervisor-1' }])) run.event(event);
    clock.advance(100);
    run.close();
    live.print('the story');
    live.stop();
    expect(screen(written)).toEqual([
      ' 2001.0 ms  step 2: partition: isolate primary',
      ' 2013.4 ms  fault-1 (isolate a (drop)) is in force',
      ' 2419.0 ms  supervisor-2 declared a failed (term 1)',
      '',
      'the story',
      '',
    ]);
  });

  test('shows the events of each run folded once it is over, where that can be', () => {
    const folds: string[][] = [];
    const { written, live } = terminal(false, 24, (...fold) => folds.push(fold));
    const run = live.open('split-brain 1/2');
    for (const event of history(SPLIT)) run.event(event);
    expect(folds).toEqual([]);
    run.close();
    live.print('the story');
    expect(folds.map(([title, text]) => [title, text?.split('\n').length])).toEqual([
      ['events of split-brain 1/2', 11],
    ]);
    expect(written).toEqual(['the story\n']);
  });

  test('keeps what is printed above the lines of the runs that are open', () => {
    const { clock, written, live } = terminal(true);
    const first = live.open('one');
    live.open('two');
    clock.advance(100);
    live.print('a verdict');
    first.close();
    const shown = screen(written);
    expect(shown[0]).toBe('a verdict');
    expect(shown).toContain('two');
    expect(shown).not.toContain('one');
    live.stop();
    expect(screen(written)).toEqual(['a verdict', '']);
  });

  test('shows no more lines than the terminal has', () => {
    const { clock, written, live } = terminal(true, 4);
    const run = live.open('x');
    for (const event of history(SPLIT)) run.event(event);
    clock.advance(100);
    expect(screen(written)).toHaveLength(4);
    live.stop();
  });

  test('writes plain lines where it is not interactive', () => {
    const { clock, written, live } = terminal(false);
    const run = live.open('split-brain 1/2');
    for (const event of history(SPLIT)) run.event(event);
    run.close();
    live.print('done');
    live.stop();
    expect(written.join('')).toBe(`split-brain 1/2      0.0 ms  split-brain on process, seed 7, execution 1
split-brain 1/2      1.0 ms  phase: steady
split-brain 1/2    800.0 ms  a is primary in term 1
split-brain 1/2    801.0 ms  b is standby
split-brain 1/2   2000.0 ms  phase: steps
split-brain 1/2   2001.0 ms  step 2: partition: isolate primary
split-brain 1/2   2010.0 ms  fault-1 (isolate a (drop)) is being injected
split-brain 1/2   2013.4 ms  fault-1 (isolate a (drop)) is in force
split-brain 1/2   2419.0 ms  supervisor-2 declared a failed (term 1)
split-brain 1/2   2515.0 ms  b is primary in term 2
done
`);
    expect(clock.next()).toBeUndefined();
  });
});
