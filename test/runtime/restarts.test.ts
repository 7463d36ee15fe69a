/** A node with `restart:` that crashes is started again by itself; one that was ended otherwise is not. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeHistory } from '../../src/history/codec.js';
import { type EventOf, instantOf } from '../../src/history/event.js';
import { loadDrills, runDrills } from '../built-in.js';
import { scratch } from './opened.js';

/** Carries a drill out and gives what became of a node in its steps: its ends, and its beginnings after the first. */
async function lifeOf(node: 'a' | 'b', runtime: 'sim' | 'process', restart: string, steps: string[]) {
  const folder = scratch();
  const file = join(folder, 'crash.yaml');
  writeFileSync(
    file,
    `name: crash
topology:
  nodes: { a: { role: primary, restart: ${restart} }, b: { restart: ${restart} }, c: {} }
clients: { app: { rate: 50/s } }
steps: [${steps.join(', ')}]
expect: { lost_writes: 0 }
`,
  );
  const drills = await loadDrills([file], folder);
  const out = join(folder, 'out');
  const { runs } = await runDrills({ drills, runtime, seed: 3, out, environment: process.env });
  const { verdict, folder: kept } = runs[0] ?? expect.fail('no run');
  const { events } = decodeHistory(readFileSync(join(kept, 'history.jsonl')));
  const healed = events.findIndex((event) => event.type === 'phase' && event.phase === 'heal');
  const own = events
    .slice(0, healed)
    .filter((event): event is EventOf<'node'> => event.type === 'node' && event.node === node)
    .filter(({ event }) => event === 'exited' || event === 'starting')
    .slice(1);
  const life = own.map(({ event, detail }) =>
    event === 'exited' ? 'ended' : `started (${detail ?? 'asked'})`,
  );
  const [ended = Number.NaN, started = Number.NaN] = own.map((event) => instantOf(event) / 1e6);
  return { verdict: verdict.verdict, life, after: started - ended, events };
}

describe.each(['sim', 'process'] as const)('on %s', (runtime) => {
  it('what was killed is back after a tenth of a second, and nobody asked for that', async () => {
    const steps = ['wait: 300ms', 'kill: b', 'wait: 1s'].map((step) => `{ ${step} }`);
    const { verdict, life, after, events } = await lifeOf('b', runtime, 'always', steps);
    expect(verdict).toBe('pass');
    expect(life).toEqual(['ended', 'started (restart: always)']);
    expect(after).toBeGreaterThanOrEqual(99);
    expect(events.filter(({ type }) => type === 'ask')).toEqual([]);
  });
});

describe('simulated', () => {
  const life = async (restart: string, ...steps: string[]) =>
    (await lifeOf('b', 'sim', restart, ['{ wait: 300ms }', ...steps, '{ wait: 1s }'])).life;

  it.each([
    ['no', '{ kill: b }'],
    ['on-failure', '{ stop: b }'],
    ['always', '{ stop: b }'],
    ['always', '{ kill: { target: b, until: restart } }'],
    ['always', '{ power_loss: b }'],
  ])('restart: %s, %s: it stays down', async (restart, step) =>
    expect(await life(restart, step)).toEqual(['ended']),
  );

  it('what a later step starts again stays down until then', async () => {
    const steps = ['{ kill: b }', '{ wait: 1s }', '{ restart: killed }'];
    expect(await life('always', ...steps)).toEqual(['ended', 'started (asked)']);
  });

  it('what was started again by a step crashes as before', async () => {
    const steps = ['{ stop: b }', '{ restart: b }', '{ wait: in-sync }', '{ kill: b }'];
    const back = 'started (restart: unless-stopped)';
    expect(await life('unless-stopped', ...steps)).toEqual(['ended', 'started (asked)', 'ended', back]);
  });

  it('each crash is waited for twice as long, and at most so often as it says', async () => {
    const crash = ['{ kill: b }', '{ wait: 900ms }'];
    const back = 'started (restart: on-failure:2)';
    const steps = [...crash, ...crash, ...crash];
    expect(await life('on-failure:2', ...steps)).toEqual(['ended', back, 'ended', back, 'ended']);
  });

  it('what was fenced stays off', async () => {
    const steps = ['{ wait: 300ms }', '{ pause: a }', '{ wait: 2s }'];
    const { life, events } = await lifeOf('a', 'sim', 'always', steps);
    expect(events.some((event) => event.type === 'supervisor' && event.event === 'fenced')).toBe(true);
    expect(life).toEqual(['ended']);
  });
});
