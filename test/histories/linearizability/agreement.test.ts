/** The checkers against the brute-force one, on many thousands of small random histories. */
import { describe, expect, it } from 'vitest';
import { checkLinearizable } from '../../../src/histories/linearizability/index.js';
import { integer, pick, seeded } from '../../../src/random.js';
import { drawn } from '../../depth.js';
import { bruteForce, listStep, registerStep, type SmallEvent, textStep } from './brute-force.js';
import { mutate, type Shape, smallHistory, tableOf, withUnavailable } from './small-histories.js';

const HISTORIES = drawn(20_000);

const base = { operations: 8, processes: 4, keys: 1, inDoubt: 0, lies: 0.15 };
const few: Shape['argument'] = (random, f) => {
  const value = () => integer(random, 1, 3);
  return f === 'cas' ? [value(), value()] : value();
};
const distinct: Shape['argument'] = (_, __, sequence) => sequence + 1;
const tokens = ['a', 'b', 'c'];
const token: Shape['argument'] = (_, __, sequence) => `x ${sequence % 3} ${sequence} y`;

const shapes: Record<string, Shape> = {
  'registers with unique values': {
    ...base,
    functions: ['read', 'read', 'write'],
    initial: null,
    step: registerStep,
    argument: distinct,
  },
  'registers with repeated values': {
    ...base,
    functions: ['read', 'write', 'write'],
    initial: null,
    step: registerStep,
    argument: few,
  },
  'registers with compare-and-set': {
    ...base,
    functions: ['read', 'write', 'cas', 'cas'],
    // With fewer, hardly any of those in doubt would not hold.
    lies: 0.3,
    initial: null,
    step: registerStep,
    argument: few,
  },
  'appends of unique elements': {
    ...base,
    functions: ['read', 'append'],
    initial: [],
    step: listStep,
    argument: distinct,
  },
  'appends of repeated elements': {
    ...base,
    operations: 7,
    functions: ['read', 'append'],
    initial: [],
    step: listStep,
    argument: (random) => integer(random, 1, 3),
  },
  'texts that are written and appended to': {
    ...base,
    functions: ['read', 'append', 'append', 'write'],
    initial: '',
    step: textStep,
    argument: token,
  },
  'lists that are written and appended to': {
    ...base,
    functions: ['read', 'append', 'append', 'write'],
    initial: [],
    step: listStep,
    argument: distinct,
  },
  'texts with repeated elements, emptied now and then': {
    ...base,
    functions: ['read', 'append', 'append', 'write'],
    initial: '',
    step: textStep,
    argument: (random, f) => (f === 'write' && random.next() < 0.5 ? '' : pick(random, tokens)),
  },
  'texts that cannot be taken apart': {
    ...base,
    operations: 7,
    functions: ['read', 'append', 'append', 'write'],
    initial: '',
    step: textStep,
    argument: (random) => pick(random, [...tokens, 'aa', 'ab']),
  },
};

/** Fails with the history where the two disagree; returns how many were linearizable. */
function agree(shape: Shape, events: readonly SmallEvent[], seed: number): boolean {
  const expected = bruteForce(events, shape.initial, shape.step);
  const result = checkLinearizable(tableOf(events), {
    model: shape.step === registerStep ? 'register' : 'sequence',
  });
  if (result.verdict !== (expected ? 'ok' : 'illegal')) {
    const lines = events.map((event) => JSON.stringify(event)).join('\n');
    expect.fail(
      `seed ${seed}: brute force says ${expected}, ${result.algorithm} says ${result.verdict}\n${lines}`,
    );
  }
  return expected;
}

describe.each(Object.entries(shapes))('%s', (name, shape) => {
  it.each([
    ['without operations in doubt', 0],
    ['with operations in doubt', 0.3],
  ])(`agree with brute force %s on ${HISTORIES} histories`, (_, inDoubt) => {
    const random = seeded(`${name}/${inDoubt}`);
    let linearizable = 0;
    for (let seed = 0; seed < HISTORIES; seed++) {
      const keys = seed % 5 === 0 ? 2 : 1;
      const operations = integer(random, 2, shape.operations + (keys - 1));
      const events = smallHistory(random, {
        ...shape,
        operations,
        keys,
        inDoubt,
        lies: seed % 2 === 0 ? shape.lies : 0,
      });
      if (agree(shape, events, seed)) linearizable++;
    }
    // Neither all nor none: otherwise the comparison shows little.
    expect(linearizable).toBeGreaterThan(HISTORIES / 10);
    expect(linearizable).toBeLessThan((HISTORIES * 99) / 100);
  });

  it('detect a change of one operation whenever brute force does', () => {
    const random = seeded(`${name}/mutations`);
    let detected = 0;
    for (let seed = 0; seed < HISTORIES / 4; seed++) {
      const events = smallHistory(random, { ...shape, inDoubt: seed % 2 === 0 ? 0 : 0.2, lies: 0 });
      if (!agree(shape, mutate(random, events), seed)) detected++;
    }
    expect(detected).toBeGreaterThan(HISTORIES / 100);
  });
});

describe('compare-and-sets that failed for a reason of their own', () => {
  it('say nothing, as brute force has it', () => {
    const random = seeded('unavailable');
    const shape = shapes['registers with compare-and-set']!;
    let linearizable = 0;
    for (let seed = 0; seed < HISTORIES / 4; seed++) {
      const events = smallHistory(random, {
        ...shape,
        inDoubt: seed % 3 === 0 ? 0.2 : 0,
        lies: seed % 2 === 0 ? shape.lies : 0,
      });
      if (agree(shape, withUnavailable(random, events), seed)) linearizable++;
    }
    expect(linearizable).toBeGreaterThan(HISTORIES / 40);
    expect(linearizable).toBeLessThan((HISTORIES / 4) * 0.99);
  });
});
