/** Supervisors that are to switch back by themselves. */
import { expect, it } from 'vitest';
import { Simulation, type Variant } from './simulation.js';

const variant: Variant = {
  members: 3,
  automaticFailback: true,
  replication: 'sync',
  trigger: 'supervisor',
  detect: { kind: 'heartbeat', interval: 100, timeout: 400, every: 100 },
  quorum: true,
  fencing: false,
  lease: 600,
  grace: 3000,
};

it('say that they begin a switchover to the declared primary, once it is in sync again', () => {
  const simulation = new Simulation(1, variant);
  simulation.at(2000, () => simulation.crash('a'));
  simulation.at(6000, () => simulation.start('a'));
  simulation.run(12_000);
  expect(simulation.primary()).toBe('a');
  const told = simulation.lines.flatMap((line) => {
    const [, , event = ''] = /^\S+ (\S+) (\{.*\}) \(/.exec(line) ?? [];
    return event === '' ? [] : [JSON.parse(event) as { event: string; target?: string; term?: number }];
  });
  const began = told.findIndex(({ event }) => event === 'switchover');
  expect(told[began]).toMatchObject({ target: 'a', term: 2, detail: 'automatic failback' });
  expect(told.findIndex(({ event, target }) => event === 'in-sync' && target === 'a')).toBeLessThan(began);
  expect(told.findIndex(({ event, term }) => event === 'promoted' && term === 3)).toBeGreaterThan(began);
  expect(told.filter(({ event }) => event === 'switchover')).toHaveLength(1);
});
