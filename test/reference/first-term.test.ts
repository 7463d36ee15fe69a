/** The first term: everybody begins together, and nobody calls that a failover. */
import { expect, it } from 'vitest';
import { Simulation } from './simulation.js';
import { variant } from './variant.js';

it.each(['sync', 'semi-sync', 'async'] as const)('begins with all that are there (%s)', (replication) => {
  for (let seed = 1; seed <= 20; seed++) {
    const simulation = new Simulation(seed, variant({ replication }));
    simulation.lateness = 0;
    simulation.run(200);
    expect(simulation.primary(), `seed ${seed}`).toBe('a');
    expect(simulation.decided()?.inSync).toEqual(['a', 'b', 'c']);
    expect(simulation.lines.filter((line) => /declared|sealed|promot|-sync"/.test(line))).toEqual([]);
  }
});

it('goes to another node where the first primary never comes', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const simulation = new Simulation(seed, variant());
    simulation.lateness = 0;
    for (const name of simulation.names) {
      simulation.cut.add(`a>${name}`);
      simulation.cut.add(`${name}>a`);
    }
    simulation.run(250);
    expect(simulation.primary()).toBeUndefined();
    simulation.run(700);
    expect(['b', 'c'], `seed ${seed}`).toContain(simulation.primary());
    expect(simulation.lines.some((line) => /"declared","target":"a".*never heard/.test(line))).toBe(true);
  }
});
