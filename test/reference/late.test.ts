/**
 * What comes late, or was waiting while its receiver slept, is no reason to replace a healthy primary or to fence a
 * healthy node.
 */
import { describe, expect, it } from 'vitest';
import type { Heartbeat, Message } from '../../src/reference/message.js';
import { between } from './schedule.js';
import { NODES, Simulation, type Variant } from './simulation.js';

const SEEDS = Array.from({ length: 8 }, (_, index) => index + 1);
const TIMEOUT = 400;

const variant = (more: Partial<Variant> = {}): Variant => ({
  members: 3,
  automaticFailback: false,
  replication: 'sync',
  trigger: 'supervisor',
  detect: { kind: 'heartbeat', interval: 100, timeout: TIMEOUT, every: 100 },
  quorum: true,
  grace: 3000,
  fencing: { delay: 5, confirm: true },
  lease: 600,
  ...more,
});

function simulate(seed: number, more?: Partial<Variant>): Simulation {
  const simulation = new Simulation(seed, variant(more));
  // What is to come late is chosen here.
  simulation.lateness = 0;
  return simulation;
}

const linesWith = (simulation: Simulation, text: string) =>
  simulation.lines.filter((line) => line.includes(text));

describe('a heartbeat that comes late', () => {
  /** b has taken over from a, and serves; and there is a heartbeat of b's from before that. */
  function takenOver(seed: number, members: number): { simulation: Simulation; late: Heartbeat } {
    const simulation = simulate(seed, { members });
    let late: Heartbeat | undefined;
    simulation.loses = (_to: string, message: Message) => {
      if (message.type === 'heartbeat' && message.from === 'b' && simulation.now > 1100) late ??= message;
      return false;
    };
    simulation.run(1000);
    simulation.crash('a');
    simulation.switchover('b');
    simulation.at(simulation.now + TIMEOUT, () => simulation.start('a'));
    simulation.run(simulation.now + 3000);
    const told = late ?? expect.fail('expected b to have told of itself');
    return { simulation, late: told };
  }

  it.each([1, 3])('does not have its sender replaced (%i supervisors)', (members) => {
    let second = 0;
    for (const seed of SEEDS) {
      const { simulation, late } = takenOver(seed, members);
      const before = simulation.primary();
      second += Number(before === 'b');
      for (const supervisor of simulation.supervisors) simulation.deliver(supervisor, late);
      simulation.run(simulation.now + 1000);
      expect(simulation.primary(), `seed ${seed}`).toBe(before);
    }
    expect(second).toBeGreaterThan(0);
  });

  it('is no sign of life', () => {
    for (const seed of SEEDS) {
      const simulation = simulate(seed);
      let late: Heartbeat | undefined;
      simulation.loses = (_to: string, message: Message) => {
        if (message.type === 'heartbeat' && message.from === 'a' && simulation.now > 800) late ??= message;
        return false;
      };
      simulation.run(1000);
      simulation.crash('a');
      const again = () => {
        for (const supervisor of simulation.supervisors) if (late) simulation.deliver(supervisor, late);
        simulation.at(simulation.now + 100, again);
      };
      again();
      simulation.run(3000);
      expect(NODES.filter((node) => node !== 'a')).toContain(simulation.primary());
    }
  });
});

describe('a supervisor that slept', () => {
  it('does not take a primary that it left without answers for one that hears nobody', () => {
    for (const seed of SEEDS) {
      const simulation = simulate(seed, { lease: false });
      simulation.run(1000);
      for (const supervisor of simulation.supervisors) simulation.pause(supervisor);
      simulation.run(simulation.now + 2 * TIMEOUT);
      for (const supervisor of simulation.supervisors) simulation.resume(supervisor);
      simulation.run(simulation.now + 3 * TIMEOUT);
      expect(linesWith(simulation, '"declared"'), `seed ${seed}`).toEqual([]);
      expect(simulation.primary()).toBe('a');
    }
  });

  it('does not fence a node that failed meanwhile and is back', () => {
    for (const seed of SEEDS) {
      const detect = { kind: 'process', interval: 50, timeout: 200, every: 100 } as const;
      // The term is sealed for as long as the fence takes: all the while the others tell the one that sleeps of it.
      const simulation = simulate(seed, { detect, fencing: { delay: 200, confirm: true } });
      simulation.run(1000);
      simulation.crash('a');
      const sealer = sealerOf(simulation);
      const sleeper = simulation.supervisors.find((name) => name !== sealer) ?? expect.fail('nobody else');
      simulation.run(simulation.now + 4);
      simulation.pause(sleeper);
      simulation.run(simulation.now + 500);
      simulation.start('a');
      simulation.run(simulation.now + 3000);
      simulation.resume(sleeper);
      simulation.run(simulation.now + 1000);
      expect(linesWith(simulation, `${sleeper} {"event":"fencing"`), `seed ${seed}`).toEqual([]);
      expect(simulation.isUp('a'), `seed ${seed}`).toBe(true);
    }
  });
});

/** Who seals the next term, once there is one who has. */
function sealerOf(simulation: Simulation): string {
  for (const end = simulation.now + 5000; simulation.now < end; simulation.run(simulation.now + 0.5)) {
    const teller = linesWith(simulation, '"event":"sealed"')[0]?.split(' ')[1];
    if (teller !== undefined) return teller;
  }
  return expect.fail(`nobody sealed a term\n${simulation.lines.join('\n')}`);
}

describe('a switchover', () => {
  it('whose target loses its supervisors just then is carried out once that one is fit again', () => {
    for (const seed of SEEDS) {
      const simulation = simulate(seed);
      simulation.run(1000);
      simulation.switchover('c');
      const yielded = () => linesWith(simulation, 'yielded to c').length > 0;
      while (!yielded() && simulation.now < 3000) simulation.run(simulation.now + 0.25);
      const links = between('c', simulation.supervisors);
      for (const link of links) simulation.cut.add(link);
      simulation.run(simulation.now + 2 * TIMEOUT);
      for (const link of links) simulation.cut.delete(link);
      // It may have been fenced.
      simulation.start('c');
      simulation.run(simulation.now + 6 * TIMEOUT);
      expect(simulation.violations).toEqual([]);
      expect(simulation.primary(), `seed ${seed}`).toBe('c');
    }
  });

  it('that was carried out is not asked for once more', () => {
    for (const seed of SEEDS) {
      const simulation = simulate(seed);
      simulation.run(1000);
      simulation.switchover('c');
      simulation.run(simulation.now + 3 * TIMEOUT);
      expect(simulation.primary(), `seed ${seed}`).toBe('c');
      simulation.crash('c');
      simulation.at(simulation.now + 2 * TIMEOUT, () => simulation.start('c'));
      simulation.run(simulation.now + 20 * TIMEOUT);
      expect(simulation.primary(), `seed ${seed}`).not.toBe('c');
    }
  });
});
