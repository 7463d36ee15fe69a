/** The search (search.mjs) draws drills that can be carried out, each the same for its seed, and sees damage. */
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { systemClock } from '../../src/clock.js';
import type { Event } from '../../src/history/event.js';
import { catalogWith, KIT, parseDrill } from '../../src/index.js';
import * as random from '../../src/random.js';
import { execute } from '../../src/run/execution.js';
import { CALM } from '../../src/runtime/sim/nature.js';
import { simulated } from '../../src/runtime/sim/sim-runtime.js';
import { systemOf } from '../../src/system/system-of.js';

const load = (file: string) => import(new URL(file, import.meta.url).href);
const { drawDrill, drawNature } = await load('./draw.mjs');
const catalog = catalogWith((await load('./parts.mjs')).default(KIT));

async function carriedOut(seed: number, drawn: object, nature = CALM) {
  const events: Event[] = [];
  const drill = parseDrill(stringify(drawn), `seed ${seed}`, catalog);
  const { verdict } = await execute({
    ...{ clock: systemClock, drill, catalog, seed, execution: 1, environment: {} },
    runtime: simulated({ ...nature, keepsLogs: false }),
    system: systemOf(drill.topology, catalog.systems),
    onEvent: (event) => void events.push(event),
    signal: new AbortController().signal,
  });
  const failed = verdict.findings.filter((finding) => finding.verdict === 'fail');
  return { events, failed: failed.map(({ expectation }) => expectation) };
}

/** Whole executions: a busy machine takes its time. */
describe('the search', { timeout: 120_000 }, () => {
  it.each([
    ['everything', {}],
    ['a core', { core: true }],
  ])(
    'with %s: a seed gives the same history each time, and the protected service does no damage',
    async (_, wanted) => {
      for (let seed = 1; seed <= 3; seed++) {
        const once = () => carriedOut(seed, drawDrill(seed, wanted, random), drawNature(seed, random));
        const first = await once();
        expect(first.failed).toEqual([]);
        expect(first.events.length).toBeGreaterThan(100);
        const untold = ({ started: _started, ...event }: Event & { started?: string }) => event;
        expect((await once()).events.map(untold)).toEqual(first.events.map(untold));
      }
    },
  );

  it('draws every kind of world', () => {
    const seeds = Array.from({ length: 100 }, (_, seed) => JSON.stringify(drawDrill(seed, {}, random)));
    const kinds = [
      'kill',
      'power_loss',
      'pause',
      'partition',
      'slow',
      'toxic',
      'replace_disk',
      'together',
      'heal',
    ];
    for (const kind of kinds) expect(seeds.some((text) => text.includes(`"${kind}":`))).toBe(true);
    for (const seed of seeds) parseDrill(seed, 'a drawn drill', catalog);
    for (let seed = 0; seed < 40; seed++)
      parseDrill(JSON.stringify(drawDrill(seed, { core: true }, random)), 'a core', catalog);
  });

  it('finds two primaries where nothing protects from them', async () => {
    const found: string[] = [];
    for (let seed = 1; seed <= 20 && found.length === 0; seed++) {
      const drawn = drawDrill(seed, { members: 3 }, random);
      Object.assign(drawn.topology.supervisor, { quorum: false, fencing: false, lease: false });
      found.push(...(await carriedOut(seed, drawn)).failed);
    }
    expect(found).toContain('double_primaries');
  });

  it('sees a core that does not serve, and a service that is not whole again', async () => {
    const drawn = drawDrill(1, { core: true }, random);
    // Without a majority nobody serves, and what is cut off for good is no fault that is healed in the end.
    drawn.steps = [{ kill: 'supervisor' }, { kill: 'primary' }, { wait: '21s' }];
    drawn.expect = { core_serves: '<= 20s', serves_again: '<= 1ms' };
    expect((await carriedOut(1, drawn)).failed).toEqual(['serves_again', 'core_serves']);
  });
});
