/** A node that comes back with an empty disk, or with an older copy of it: what it had acknowledged, it has not. */
import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/reference/message.js';
import { Simulation, type Variant } from './simulation.js';
import { variant } from './variant.js';

const SEEDS = Array.from({ length: 10 }, (_, index) => index + 1);

function simulate(seed: number, more?: Partial<Variant>): Simulation {
  const simulation = new Simulation(seed, variant(more));
  simulation.lateness = 0;
  simulation.run(300);
  expect(simulation.acknowledged).toBeGreaterThan(0);
  return simulation;
}

/** It is killed, and is back with so much of its disk, of 1, after so many ms. */
function loseDisk(simulation: Simulation, name: string, share: number, back: number): void {
  simulation.crash(name);
  simulation.loseDisk(name, Math.floor(share * simulation.recordsOf(name)));
  simulation.at(simulation.now + back, () => simulation.start(name));
}

function expectNothingLost(simulation: Simulation, seed: number): void {
  simulation.run(simulation.now + 1500);
  for (const name of simulation.names) simulation.start(name);
  simulation.run(simulation.now + 600);
  simulation.judge();
  expect(simulation.violations, `seed ${seed}`).toEqual([]);
  expect(simulation.primary(), `seed ${seed}`).toBeDefined();
  expect(simulation.replicas().filter(({ inSync }) => !inSync)).toEqual([]);
}

describe('with an empty disk, or an older copy', () => {
  it.each([
    ['supervisor', 0],
    ['supervisor', 0.5],
    ['standby', 0],
    ['standby', 0.5],
  ] as const)('the primary does not go on in its term (trigger %s, %f of its disk)', (trigger, share) => {
    for (const seed of SEEDS) {
      const simulation = simulate(seed, { trigger });
      loseDisk(simulation, 'a', share, seed % 10);
      expectNothingLost(simulation, seed);
    }
  });

  it.each([0, 0.5])('a standby is not promoted (%f of its disk)', (share) => {
    for (const seed of SEEDS) {
      const simulation = simulate(seed);
      loseDisk(simulation, 'b', share, 5);
      simulation.at(simulation.now + 5 + seed, () => simulation.crash('a'));
      expectNothingLost(simulation, seed);
    }
  });

  it.each([
    ['an empty disk', 0, true],
    ['an older copy', 0.5, false],
  ] as const)('a standby is not promoted where it is the only one left (%s)', (_what, share, forgetful) => {
    for (const seed of SEEDS) {
      const simulation = simulate(seed);
      for (const name of ['a', 'c']) simulation.crash(name);
      loseDisk(simulation, 'b', share, 5);
      // How far its log reached they know by what they heard; which disk it had, by what is decided.
      if (forgetful)
        for (const name of simulation.supervisors) {
          simulation.crash(name);
          simulation.start(name);
        }
      simulation.run(simulation.now + 500);
      expect(simulation.primary(), `seed ${seed}`).toBeUndefined();
      simulation.start('c');
      expectNothingLost(simulation, seed);
    }
  });

  it('a standby is brought up to date at once, not asked again and again', () => {
    const detect = { kind: 'heartbeat', interval: 100, timeout: 400, every: 100 } as const;
    const simulation = simulate(1, { detect, lease: 600 });
    let mismatches = 0;
    simulation.loses = (_to: string, { type }: Message) => {
      if (type === 'mismatch') mismatches++;
      return false;
    };
    loseDisk(simulation, 'b', 0, 50);
    simulation.run(simulation.now + 600);
    expect(mismatches).toBeLessThan(10);
    expect(simulation.replicas().filter(({ inSync }) => !inSync)).toEqual([]);
  });
});
