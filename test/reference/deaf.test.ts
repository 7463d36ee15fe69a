/** Who hears nobody takes nobody for failed, and is not waited for by those that could act in its place. */
import { describe, expect, it } from 'vitest';
import type { Message, Status } from '../../src/reference/message.js';
import { Simulation, type Variant } from './simulation.js';

const SEEDS = Array.from({ length: 8 }, (_, index) => index + 1);
const HEARTBEAT = { kind: 'heartbeat', interval: 100, timeout: 400, every: 100 } as const;

const variant = (more: Partial<Variant> = {}): Variant => ({
  members: 3,
  automaticFailback: false,
  replication: 'sync',
  trigger: 'supervisor',
  detect: HEARTBEAT,
  quorum: true,
  grace: 1500,
  fencing: { delay: 5, confirm: true },
  lease: 600,
  ...more,
});

function simulate(seed: number, more?: Partial<Variant>): Simulation {
  const simulation = new Simulation(seed, variant(more));
  simulation.lateness = 0;
  simulation.run(1000);
  expect(simulation.primary()).toBe('a');
  return simulation;
}

function deafen(simulation: Simulation, name: string): void {
  for (const other of [...simulation.names, 'power']) simulation.cut.add(`${other}>${name}`);
}

const linesWith = (simulation: Simulation, text: string) =>
  simulation.lines.filter((line) => line.includes(text));

describe('a standby that hears nobody', () => {
  it('does not have the primary replaced', () => {
    for (const seed of SEEDS) {
      const simulation = simulate(seed, { trigger: 'standby' });
      deafen(simulation, 'b');
      simulation.run(simulation.now + 4000);
      expect(linesWith(simulation, '"declared"'), `seed ${seed}`).toEqual([]);
      expect(simulation.primary()).toBe('a');
    }
  });

  it('that hears the supervisors does have it replaced when it is gone', () => {
    for (const seed of SEEDS) {
      const simulation = simulate(seed, { trigger: 'standby' });
      simulation.crash('a');
      simulation.run(simulation.now + 550);
      expect(['b', 'c'], `seed ${seed}`).toContain(simulation.primary());
    }
  });
});

describe('a supervisor that hears nobody', () => {
  it('tells the others nothing against the primary', () => {
    for (const seed of SEEDS) {
      const simulation = simulate(seed);
      const told: Status[] = [];
      simulation.loses = (_to: string, message: Message) => {
        if (message.type === 'status' && message.from === 's1') told.push(message);
        return false;
      };
      deafen(simulation, 's1');
      simulation.run(simulation.now + 2000);
      expect(told.at(-1)).toMatchObject({ deaf: true });
      expect(
        told.filter(({ deaf, suspects }) => deaf && suspects !== null),
        `seed ${seed}`,
      ).toEqual([]);
    }
  });

  it('does not keep the others from switching back', () => {
    for (const seed of SEEDS) {
      const simulation = simulate(seed, { automaticFailback: true });
      simulation.at(simulation.now, () => simulation.crash('a'));
      simulation.at(simulation.now + 2000, () => simulation.start('a'));
      simulation.at(simulation.now + 1500, () => deafen(simulation, 's1'));
      simulation.run(simulation.now + 8000);
      expect(simulation.primary(), `seed ${seed}`).toBe('a');
    }
  });
});

describe('a primary that runs and is cut off, where the process list is read', () => {
  it.each(['supervisor', 'standby'] as const)('is replaced in the end (trigger %s)', (trigger) => {
    for (const seed of SEEDS) {
      const detect = { kind: 'process', interval: 50, timeout: 200, every: 100 } as const;
      const simulation = simulate(seed, { detect, trigger });
      for (const other of simulation.names) {
        simulation.cut.add(`a>${other}`);
        simulation.cut.add(`${other}>a`);
      }
      simulation.run(simulation.now + 1000);
      expect(linesWith(simulation, '"sealed"'), `seed ${seed}`).toEqual([]);
      simulation.run(simulation.now + 1500);
      expect(['b', 'c'], `seed ${seed}`).toContain(simulation.primary());
    }
  });
});
