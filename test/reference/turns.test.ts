/** Supervisors that all see the primary fail at once, over links that take longer than their turns are apart. */
import { describe, expect, it } from 'vitest';
import { drawn } from '../depth.js';
import { NODES, Simulation, type Variant } from './simulation.js';

const LATENCY = { least: 15, spread: 45 };
const CRASH = 2000;
/** One way of a message at most, and one write to a disk, in ms. */
const WAY = LATENCY.least + LATENCY.spread;
const SYNC = 15;
/** A round has four messages; what the two in the middle say is on disk first. */
const ROUND = 4 * WAY + 2 * SYNC;

const variant = (members: number): Variant => ({
  members,
  automaticFailback: false,
  replication: 'sync',
  trigger: 'supervisor',
  detect: { kind: 'heartbeat', interval: 100, timeout: 400, every: 100 },
  quorum: true,
  fencing: false,
  lease: false,
  grace: 3000,
});

/** From when the first supervisor declared the primary failed to when the next one's term begins, in ms. */
function decisionTime(seed: number, members: number): number {
  const simulation = new Simulation(seed, variant(members));
  simulation.latency = LATENCY;
  simulation.at(CRASH, () => simulation.crash('a'));
  simulation.run(CRASH + 10_000);
  const timeOf = (event: string) => {
    const line = simulation.lines.find((text) => text.includes(`"event":"${event}"`));
    return line === undefined ? Number.POSITIVE_INFINITY : Number(line.split(' ')[0]);
  };
  expect(NODES).toContain(simulation.primary());
  return timeOf('promoting') - timeOf('declared');
}

describe('supervisors that propose at once', () => {
  it.each([3, 5])(
    '%i of them decide and activate within the time of few rounds',
    { timeout: 120_000 },
    (members) => {
      const times = Array.from({ length: drawn(300) }, (_, seed) => decisionTime(seed + 1, members));
      times.sort((one, other) => one - other);
      // Nobody in anybody's way: one round to seal the next term, one to begin it.
      expect(times[times.length / 2]).toBeLessThan(2 * ROUND);
      expect(times.at(-1)).toBeLessThan(6 * ROUND);
    },
  );
});
