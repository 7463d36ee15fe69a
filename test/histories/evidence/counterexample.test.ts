import { describe, expect, it } from 'vitest';
import { isObserver } from '../../../src/histories/evidence/minimise.js';
import { selectRows } from '../../../src/histories/formats/operation-table.js';
import { checkLinearizable } from '../../../src/histories/linearizability/index.js';
import { append, register } from '../../../src/histories/models/linearizable.js';
import { integer, seeded } from '../../../src/random.js';
import { bruteForce, listStep, registerStep, type SmallEvent } from '../linearizability/brute-force.js';
import { type Shape, smallHistory, tableOf } from '../linearizability/small-histories.js';

const base = {
  operations: 14,
  processes: 4,
  keys: 2,
  inDoubt: 0.1,
  lies: 0.1,
  initial: null,
  step: registerStep,
};
const shapes: Record<string, Shape> = {
  'unique values': { ...base, functions: ['read', 'write'], argument: (_, __, sequence) => sequence },
  'repeated values': { ...base, functions: ['read', 'write'], argument: (random) => integer(random, 1, 3) },
  'compare-and-set': {
    ...base,
    functions: ['read', 'write', 'cas'],
    argument: (random, f) =>
      f === 'cas' ? [integer(random, 1, 3), integer(random, 1, 3)] : integer(random, 1, 3),
  },
};

/** The events of some operations, each with its invocation and completion, in the order of the history. */
function eventsOf(events: readonly SmallEvent[], table: ReturnType<typeof tableOf>, rows: readonly number[]) {
  const places = new Set(rows.flatMap((row) => [table.start[row]!, table.end[row]!]));
  return events.filter((_, place) => places.has(place));
}

function* illegalHistories(name: string, shape: Shape) {
  const random = seeded(`evidence/${name}`);
  for (let found = 0; found < 500; ) {
    const events = smallHistory(random, shape);
    const table = tableOf(events);
    if (checkLinearizable(table).verdict !== 'illegal') continue;
    found++;
    yield { events, table };
  }
}

describe.each(Object.entries(shapes))('the counterexample for registers with %s', (name, shape) => {
  it('contradicts itself, by brute force', () => {
    for (const { events, table } of illegalHistories(name, shape)) {
      const { rows, omitted, minimal } = register.check(table, {}).findings[0]!;
      expect([omitted, minimal]).toEqual([0, true]);
      const shown = eventsOf(events, table, rows);
      if (bruteForce(shown, null, registerStep)) {
        expect.fail(
          `${shown.map((event) => JSON.stringify(event)).join('\n')}\nof\n${events.map((event) => JSON.stringify(event)).join('\n')}`,
        );
      }
    }
  });

  // A refused compare-and-set is no contradiction without the writes around it, which are not all shown.
  if (shape.functions.includes('cas')) return;

  it('has no read that can be left out', () => {
    for (const { table } of illegalHistories(name, shape)) {
      const { rows } = register.check(table, {}).findings[0]!;
      for (const row of rows) {
        if (!isObserver(table, row)) continue;
        const rest = selectRows(
          table,
          rows.filter((other) => other !== row),
        );
        expect(checkLinearizable(rest, { anyInitial: true }).verdict).toBe('ok');
      }
    }
  });
});

describe('the counterexample for lists', () => {
  it('contradicts itself once the appends of what it read are added', () => {
    const shape: Shape = {
      ...base,
      functions: ['read', 'append'],
      initial: [],
      step: listStep,
      argument: (_, __, sequence) => sequence,
    };
    for (const { events, table } of illegalHistories('lists', shape)) {
      const { rows } = append.check(table, {}).findings[0]!;
      const keys = new Set(rows.map((row) => table.key[row]!));
      const appends = Array.from({ length: table.count }, (_, row) => row).filter(
        (row) => table.f[row] !== 0 && keys.has(table.key[row]!),
      );
      expect(bruteForce(eventsOf(events, table, [...rows, ...appends]), [], listStep)).toBe(false);
    }
  });
});

describe('the counterexample of a long history', () => {
  it('is a handful of operations', () => {
    const random = seeded('evidence/long');
    const shape = { ...shapes['repeated values']!, operations: 2000, keys: 1, inDoubt: 0.001, lies: 0 };
    const events = smallHistory(random, { ...shape, argument: (source) => integer(source, 1, 50) });
    // A read returns what was there hundreds of operations ago.
    const reads = events.filter(({ type, f }) => type === 'ok' && f === 'read');
    reads[600]!.value = reads[100]!.value;
    const { verdict, rows, minimal } = register.check(tableOf(events), {}).findings[0]!;
    expect([verdict, minimal]).toEqual(['illegal', true]);
    expect(rows.length).toBeLessThan(10);
  });
});
