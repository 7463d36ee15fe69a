/** Clocks whose rates differ from true time by up to 5%: a lease that its primary takes for running is over for nobody. */
import { expect, it } from 'vitest';
import { between } from './schedule.js';
import { Simulation, type Variant } from './simulation.js';

const variant: Variant = {
  members: 1,
  automaticFailback: false,
  replication: 'sync',
  trigger: 'supervisor',
  detect: { kind: 'heartbeat', interval: 20, timeout: 60, every: 20 },
  quorum: true,
  grace: 300,
  fencing: false,
  lease: 400,
};

/** The primary is cut off from everybody. Returns the simulation 900 ms later, whatever went wrong in it. */
function cutOff(seed: number, drift: number): Simulation {
  const simulation = new Simulation(seed, variant);
  simulation.lateness = 0;
  simulation.drift = drift;
  simulation.latency = { least: 0.05, spread: 0.1 };
  simulation.run(300);
  for (const link of between('a', simulation.names)) simulation.cut.add(link);
  simulation.run(1200);
  return simulation;
}

it('nobody serves while the lease of the one before may run, whatever the rates of their clocks', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const simulation = cutOff(seed, 0.05);
    expect(simulation.violations, `seed ${seed}`).toEqual([]);
    expect(['b', 'c']).toContain(simulation.primary());
  }
});

it('more drift than is assumed makes two primaries, and that is found', () => {
  const found = Array.from({ length: 20 }, (_, index) => cutOff(index + 1, 0.3).violations);
  expect(found.flat().join()).toMatch(/both entitled/);
});
