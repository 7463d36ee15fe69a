/** Where brute force is too slow: the algorithms against each other, on longer histories with more clients. */
import { describe, expect, it } from 'vitest';
import { judgeFrontier } from '../../../src/histories/linearizability/frontier.js';
import { checkLinearizable } from '../../../src/histories/linearizability/index.js';
import { registerHistory, ValueNumbers } from '../../../src/histories/linearizability/register-history.js';
import { registerProblem } from '../../../src/histories/linearizability/register-judge.js';
import { Budget } from '../../../src/histories/linearizability/result.js';
import { judgeSearch } from '../../../src/histories/linearizability/search.js';
import { integer, seeded } from '../../../src/random.js';
import { drawn } from '../../depth.js';
import { registerStep } from './brute-force.js';
import { type Shape, smallHistory, tableOf } from './small-histories.js';

const HISTORIES = drawn(4000);

const shape: Shape = {
  operations: 40,
  processes: 8,
  keys: 1,
  functions: ['read', 'read', 'write', 'cas'],
  initial: null,
  step: registerStep,
  argument: (random, f) =>
    f === 'cas' ? [integer(random, 1, 4), integer(random, 1, 4)] : integer(random, 1, 4),
  inDoubt: 0.1,
  lies: 0.02,
};

function histories(table: ReturnType<typeof tableOf>) {
  const rows = Int32Array.from({ length: table.count }, (_, row) => row);
  return registerHistory(table, rows, table.nilOf[0]!, new ValueNumbers(table.values.length));
}

describe('the frontier and the general search', () => {
  it.each([
    ['few', 0.02],
    ['many', 0.3],
  ])(`agree on ${HISTORIES} registers of 40 operations with %s in doubt`, (name, inDoubt) => {
    const random = seeded(`longer/${name}`);
    const counts = { ok: 0, illegal: 0, unknown: 0 };
    const narrowly = { ok: 0, illegal: 0, unknown: 0 };
    for (let seed = 0; seed < HISTORIES; seed++) {
      const events = smallHistory(random, { ...shape, inDoubt });
      const history = histories(tableOf(events));
      const searched = judgeSearch(registerProblem(history), new Budget({ steps: 50_000_000 }));
      const narrow = judgeFrontier(history, new Budget(), [1, 2]);
      const found = judgeFrontier(history, new Budget());
      // A narrow frontier may not know, but must not be wrong.
      expect(['unknown', found.verdict], `seed ${seed}`).toContain(narrow.verdict);
      narrowly[narrow.verdict]++;
      counts[found.verdict]++;
      if (found.verdict !== searched.verdict) {
        expect.fail(
          `${seed}: ${found.verdict}, not ${searched.verdict}\n${events.map((e) => JSON.stringify(e)).join('\n')}`,
        );
      }
    }
    expect(counts.unknown).toBe(0);
    expect(Math.min(narrowly.ok, narrowly.illegal)).toBeGreaterThan(HISTORIES / 40);
    expect(Math.min(counts.ok, counts.illegal)).toBeGreaterThan(HISTORIES / 40);
  });

  it(`agree with zones on ${HISTORIES / 2} registers of 60 operations with unique values`, () => {
    const random = seeded('longer/zones');
    let illegal = 0;
    for (let seed = 0; seed < HISTORIES / 2; seed++) {
      const events = smallHistory(random, {
        ...shape,
        operations: 60,
        functions: ['read', 'write'],
        argument: (_, __, sequence) => sequence,
      });
      const table = tableOf(events);
      const zones = checkLinearizable(table);
      const found = judgeFrontier(histories(table), new Budget());
      expect([seed, zones.algorithm, found.verdict]).toEqual([
        seed,
        'zones (Gibbons and Korach)',
        zones.verdict,
      ]);
      if (zones.verdict === 'illegal') illegal++;
    }
    expect(illegal).toBeGreaterThan(HISTORIES / 40);
  });

  it('agree on registers of 90 operations with 80 clients', () => {
    const random = seeded('longer/wide');
    const counts = { ok: 0, illegal: 0, unknown: 0 };
    let agreed = 0;
    for (let seed = 0; seed < 200; seed++) {
      const lies = seed % 2 === 0 ? 0 : 0.3;
      const events = smallHistory(random, { ...shape, operations: 90, processes: 80, inDoubt: 0.02, lies });
      const history = histories(tableOf(events));
      const found = judgeFrontier(history, new Budget());
      const searched = judgeSearch(registerProblem(history), new Budget({ steps: 200_000 }));
      expect(['unknown', found.verdict], `seed ${seed}`).toContain(searched.verdict);
      expect(lies === 0 ? ['ok'] : ['ok', 'illegal'], `seed ${seed}`).toContain(found.verdict);
      counts[found.verdict]++;
      agreed += Number(searched.verdict === found.verdict);
    }
    expect(Math.min(counts.ok, counts.illegal)).toBeGreaterThan(20);
    expect(agreed).toBeGreaterThan(100);
  });
});
