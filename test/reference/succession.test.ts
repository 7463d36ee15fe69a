/**
 * Two primaries that fail one after the other, and a supervisor that was away while the second one served: it goes
 * from the first one's succession straight to the second one's. What it knows of the first one (that its power is
 * off, that its lease is over) says nothing of the second one.
 */
import { describe, expect, it } from 'vitest';
import { between } from './schedule.js';
import { NODES, Simulation, type Variant } from './simulation.js';

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
const SUPERVISORS = ['s1', 's2', 's3'];
const PROCESSES = [...NODES, ...SUPERVISORS];

const variant = (protections: Pick<Variant, 'fencing' | 'lease'>): Variant => ({
  members: 3,
  automaticFailback: false,
  replication: 'sync',
  trigger: 'supervisor',
  detect: { kind: 'heartbeat', interval: 20, timeout: 60, every: 20 },
  quorum: true,
  grace: 300,
  ...protections,
});

const POWER = SUPERVISORS.flatMap((supervisor) => between(supervisor, ['power']));

function cut(simulation: Simulation, links: readonly string[]): void {
  for (const link of links) simulation.cut.add(link);
}

function heal(simulation: Simulation, links: readonly string[]): void {
  for (const link of links) simulation.cut.delete(link);
}

/** Who of `names` told of this event, if anybody has. */
function teller(
  simulation: Simulation,
  names: readonly string[],
  event: string,
  target: string,
  term: number,
): string | undefined {
  const told = `"event":"${event}","target":"${target}","term":${term}`;
  const line = simulation.lines.find(
    (text) => names.includes(text.split(' ')[1] ?? '') && text.includes(told),
  );
  return line?.split(' ')[1];
}

/** Runs until there is an answer, for 5000 ms at most. */
function runUntil<Found>(simulation: Simulation, what: string, look: () => Found | undefined): Found {
  const end = simulation.now + 5000;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (simulation.violations.length > 0 || simulation.now >= end)
      expect.fail(`no ${what}: ${simulation.violations}\n${simulation.lines.join('\n')}`);
    simulation.run(simulation.now + 1);
  }
}

const serves = (simulation: Simulation, node: string) => () =>
  simulation.primary() === node ? node : undefined;

/** What was found out while the second primary served. */
interface Cast {
  /** The supervisor that sealed the second primary's term, and was cut off before it began. */
  away: string;
  /** The other supervisors. */
  rest: readonly string[];
  second: string;
  third: string;
}

/** a fails; a supervisor seals the next term and is cut off from everything but the power; the others begin it. */
function replaceFirst(simulation: Simulation): Cast {
  // The faults come in a given order: nothing that was sent before one is to arrive after the next.
  simulation.lateness = 0;
  simulation.run(100);
  simulation.crash('a');
  const sealed = (target: string) => {
    const away = teller(simulation, SUPERVISORS, 'sealed', target, 2);
    return away === undefined ? undefined : { away, second: target };
  };
  const { away, second } = runUntil(simulation, 'seal of term 2', () => sealed('b') ?? sealed('c'));
  cut(simulation, between(away, PROCESSES));
  runUntil(simulation, 'second primary', serves(simulation, second));
  // The others have heard it serving, and it knows its set.
  simulation.run(simulation.now + 100);
  return {
    away,
    rest: SUPERVISORS.filter((supervisor) => supervisor !== away),
    second,
    third: second === 'b' ? 'c' : 'b',
  };
}

describe('a supervisor that was away while the next primary served', () => {
  it('does not go by the fence of an earlier primary, where the others tell it of the next', () => {
    for (const seed of SEEDS) {
      const protections = { fencing: { delay: 200, confirm: true }, lease: false } as const;
      const simulation = new Simulation(seed, variant(protections));
      const { away, rest, second, third } = replaceFirst(simulation);
      expect(teller(simulation, [away], 'fenced', 'a', 2)).toBe(away);
      // The second primary goes on serving the clients that it is left with.
      cut(simulation, between(second, PROCESSES));
      cut(simulation, POWER);
      heal(simulation, between(away, ['power']));
      runUntil(simulation, 'seal of term 3', () => teller(simulation, rest, 'sealed', third, 3));
      const reach = PROCESSES.filter((name) => name !== second);
      heal(simulation, between(away, reach));
      runUntil(simulation, 'third primary', serves(simulation, third));
      simulation.run(simulation.now + 200);
      expect(simulation.violations, `seed ${seed}`).toEqual([]);
      expect(teller(simulation, [away], 'fenced', second, 3)).toBe(away);
    }
  });

  it.each([
    // Nobody reaches the power: what it knows of a is that its lease is over.
    ['lease', POWER],
    ['fence', []],
  ])(
    'does not go by the %s of an earlier primary, where a round of its own tells it of the next',
    (what, dark) => {
      const lease = 800;
      for (const seed of SEEDS) {
        const simulation = new Simulation(seed, variant({ fencing: { delay: 5, confirm: true }, lease }));
        cut(simulation, dark);
        const { away, rest, second, third } = replaceFirst(simulation);
        const fenced = teller(simulation, [away], 'fenced', 'a', 2);
        expect(fenced).toBe(what === 'fence' ? away : undefined);
        cut(simulation, POWER);
        // Term 3 is not to reach it by the others' word.
        simulation.loses = (to, message) => to === away && message.type === 'status';
        cut(simulation, between(second, [...rest, third]));
        simulation.start('a');
        runUntil(simulation, 'seal of term 3', () => teller(simulation, rest, 'sealed', third, 3));
        const sealedAt = simulation.now;
        heal(simulation, [...between(away, ['a', third, ...rest]), `${second}>${away}`]);
        // What the second primary asked of it long ago comes now, again and again; nobody else tells it of term 3.
        const late = {
          type: 'members',
          from: second,
          term: 2,
          version: 1,
          inSync: [second],
          disks: {},
        } as const;
        runUntil(simulation, 'round of its own', () => {
          simulation.deliver(away, late);
          return teller(simulation, [away], 'sealed', third, 3);
        });
        runUntil(simulation, 'third primary', serves(simulation, third));
        expect(simulation.now - sealedAt).toBeLessThan(2 * lease);
        simulation.run(simulation.now + 200);
        expect(simulation.violations, `seed ${seed}`).toEqual([]);
      }
    },
  );
});
