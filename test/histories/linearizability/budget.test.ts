import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock.js';
import { checkHistory, type StepModel } from '../../../src/histories/check-history.js';
import { checkLinearizable, tableFromEvents } from '../../../src/histories/linearizability/index.js';
import { Budget } from '../../../src/histories/linearizability/result.js';

/** Many additions at once, and a read that none of their sums explains. */
function puzzle(size: number) {
  const adds = Array.from({ length: size }, (_, process) => ({
    process,
    type: 'invoke',
    f: 'add',
    key: 'k',
    value: 2 ** process,
  }));
  const read = { process: 100, f: 'read', key: 'k' };
  const ends = adds.map((event) => ({ ...event, type: 'ok' }));
  return [...adds, { ...read, type: 'invoke', value: null }, { ...read, type: 'ok', value: 0.5 }, ...ends];
}

const sum: StepModel<number> = {
  name: 'sum',
  initial: 0,
  step: (state, { f, value }) => (f === 'add' ? state + Number(value) : state === value ? state : undefined),
};
const model = sum as unknown as StepModel;

describe('keys of which some are neither registers nor lists', () => {
  it('are undecided, unless another key is not linearizable', () => {
    const call = (process: number, f: string, key: string, value: number) => [
      { process, type: 'invoke', f, key, value: f === 'read' ? null : value },
      { process, type: 'ok', f, key, value },
    ];
    const strange = call(0, 'increment', 'a', 1);
    expect(checkLinearizable(tableFromEvents(strange)).verdict).toBe('unknown');
    const table = tableFromEvents([...strange, ...call(1, 'write', 'b', 1), ...call(1, 'read', 'b', 2)]);
    expect(checkLinearizable(table)).toMatchObject({ verdict: 'illegal', key: 1 });
  });
});

describe('a budget', () => {
  it('ends a search by its steps', () => {
    const result = checkHistory(puzzle(20), { model, steps: 100_000 });
    expect(result).toMatchObject({
      verdict: 'unknown',
      reason: 'the step budget was spent',
      counterexample: null,
    });
  });

  it('ends a search by its memory', () => {
    const result = checkHistory(puzzle(20), { model, memoryBytes: 1_000_000 });
    expect(result).toMatchObject({ verdict: 'unknown', reason: 'the memory for the search was spent' });
  });

  it('ends a search by the clock that it is handed', () => {
    const clock = new VirtualClock();
    const late = {
      now() {
        clock.advance(1);
        return clock.now();
      },
      timer: clock.timer.bind(clock),
      wall: () => clock.wall(),
    };
    const result = checkHistory(puzzle(20), { model, clock: late, timeoutMs: 3 });
    expect(result).toMatchObject({ verdict: 'unknown', reason: 'the time was up' });
  });

  it('that is enough gives the verdict', () => {
    expect(checkHistory(puzzle(6), { model }).verdict).toBe('illegal');
  });

  it('has nothing left once it was exhausted', () => {
    const budget = new Budget();
    expect(budget.spend(1)).toBe(true);
    budget.exhaust('enough');
    expect([budget.spend(1), budget.spend(1), budget.spent]).toEqual([false, false, 'enough']);
  });
});
