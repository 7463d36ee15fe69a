import { describe, expect, it } from 'vitest';
import { seeded } from '../../src/random.js';
import { drawn } from '../depth.js';
import { search, serveAsCore } from './schedule.js';
import { drawVariant, Simulation, type Variant } from './simulation.js';

const SEEDS = drawn(1000);

describe('with every protection on, no schedule of faults does damage', () => {
  for (const trigger of ['supervisor', 'standby'] as const)
    for (const members of [1, 3, 5])
      it(`trigger ${trigger}, ${members} supervisors`, { timeout: 120_000 }, () => {
        let acknowledged = 0;
        for (let seed = 1; seed <= SEEDS; seed++) {
          const outcome = search(seed, { trigger, members });
          if (outcome.violations.length > 0)
            expect.fail(`seed ${seed}: ${outcome.violations}\n${outcome.simulation.lines.join('\n')}`);
          acknowledged += outcome.acknowledged;
        }
        expect(acknowledged).toBeGreaterThan(SEEDS * 50);
      });
});

/** The first violation within `seeds` seeds that `pattern` describes. */
function firstDamage(base: Partial<Variant>, pattern: RegExp, seeds: number): string | undefined {
  for (let seed = 1; seed <= seeds; seed++) {
    const found = search(seed, base).violations.find((violation) => pattern.test(violation));
    if (found) return found;
  }
  return undefined;
}

describe('with a protection off, the search finds the damage', () => {
  const bare = { fencing: false, lease: false } as const;
  const cases: [string, Partial<Variant>, RegExp][] = [
    ['neither fencing nor lease', bare, /both entitled/],
    ['neither quorum nor fencing nor lease', { quorum: false, ...bare }, /both entitled/],
    ['no quorum', { quorum: false }, /both entitled|not linearizable/],
    [
      'fencing that is not waited for',
      { fencing: { delay: 100, confirm: false }, lease: false },
      /both entitled/,
    ],
    ['asynchronous replication', { replication: 'async' }, /not linearizable/],
    ['standbys that decide alone', { trigger: 'standby', quorum: false, ...bare }, /both entitled/],
  ];
  for (const [name, base, pattern] of cases)
    it(name, { timeout: 60_000 }, () => {
      expect(firstDamage(base, pattern, 400)).toBeDefined();
    });
});

describe('a core that is to serve', () => {
  it('is found out where it does not', () => {
    const variant = drawVariant(seeded('1/variant'), {});
    const violationsWith = (lost: boolean) => {
      const simulation = new Simulation(1, variant);
      simulation.run(300);
      simulation.loses = () => lost;
      serveAsCore(simulation, seeded(1), 300);
      return simulation.violations;
    };
    expect(violationsWith(false)).toEqual([]);
    expect(violationsWith(true).join()).toMatch(/^the core \S+ does not serve$/);
  });
});

describe('the simulation', () => {
  it('is the same for the same seed', () => {
    const [one, other] = [search(77, {}), search(77, {})];
    expect(one.simulation.lines).toEqual(other.simulation.lines);
    expect(one.acknowledged).toBe(other.acknowledged);
  });
});
