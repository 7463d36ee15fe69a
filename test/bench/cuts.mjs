/** What the two benchmarks of cuts share: their options, a run's folder, and the modules of the build they look at. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    cuts: { type: 'string', default: '50' },
    dist: { type: 'string', default: new URL('../../dist', import.meta.url).pathname },
  },
});

export const CUTS = Number(values.cuts);
export const MEMBERS = ['a', 'b', 'c', 'd', 'e', 'supervisor-1', 'supervisor-2', 'supervisor-3'];

/** A module of the build, by its path in there. */
export const load = (name) => import(pathToFileURL(join(resolve(values.dist), name)));

export const { systemClock: clock, sleep } = await load('clock.js');
export const { freshId } = await load('random.js');
export const { grudge } = await load('topology/grudge.js');

/** Every member to every other. */
export const meshed = MEMBERS.flatMap((from) =>
  MEMBERS.filter((to) => to !== from).map((to) => ({ name: `${from}->${to}`, from, to })),
);

export const logs = mkdtempSync(join(tmpdir(), 'cut-bench-'));
/** What a runtime is told of a run to which nobody listens. */
export const surroundings = (run) => ({
  clock,
  run,
  logs,
  environment: process.env,
  onLine() {},
  onExit() {},
});
