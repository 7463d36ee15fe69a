/** Clocks whose rates differ from true time by up to 5%: a lease that its primary takes for running is over for nobody. */
import { expect, it } from 'vitest';
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

it('nobody serves while the lease of the one before may run, whatever the rates of their clocks', () => {
  let replaced = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const simulation = new Simulation(seed, variant);
    simulation.lateness = 0;
    simulation.drift = 0.05;
    simulation.latency = { least: 0.05, spread: 0.1 };
    simulation.run(300);
    for (const other of simulation.names) {
      simulation.cut.add(`a>${other}`);
      simulation.cut.add(`${other}>a`);
    }
    simulation.run(1200);
    expect(simulation.violations, `seed ${seed}`).toEqual([]);
    replaced += Number(simulation.primary() !== undefined && simulation.primary() !== 'a');
  }
  expect(replaced).toBe(60);
});
