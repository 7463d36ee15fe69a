/** `drill clean`: takes down by hand what earlier runs left behind and their reapers did not get. */
import process from 'node:process';
import type { Clock } from '../../clock.js';
import { messageOf } from '../../errors.js';
import { isRun, parseRunner, RUN_VARIABLE, RUNNER_VARIABLE } from '../label.js';
import { type ProcessIdentity, processesWith, stateOf } from '../os-process.js';
import { REAPABLES } from '../reapables.js';
import { type KeptRun, keptRuns, takeDown } from './kept.js';
import { QUIET, reap } from './reap.js';
import type { FoundRun, Leftovers, Reapable, Removal } from './reapable.js';
import { foldersWithoutNote, RunFolder, runsWithFolder } from './run-folder.js';
import { straysOfGoneRuns } from './strays.js';

export interface Cleaned {
  /** How many processes were killed and how many folders removed. */
  processes: number;
  folders: number;
  /** How many things in other places (containers, networks, volumes) were removed. */
  elsewhere: number;
  /** How many images were removed. */
  images: number;
  /** What could not be removed, one text each. */
  left: string[];
  /** What was left alone because its user asked for it to stay. */
  kept: KeptRun[];
}

export interface CleanSetting {
  clock: Clock;
  /** Also what belongs to runs that are under way. */
  all?: boolean;
  /** Also the images that we made, where no container uses them. */
  images?: boolean;
  /** The environment by which other places (a container engine) are found; without it, none is looked for. */
  environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Removes everything that is known to be of a run whose runner is dead; with `all`, of every run, those that are under
 * way included. Another machine's runs in the same engine are touched only with `all`; another user's never are.
 */
export async function clean(setting: CleanSetting): Promise<Cleaned> {
  const { clock, all = false } = setting;
  const kept = keptRuns();
  // A keeper would go on where all that it keeps is gone.
  const down = all ? await Promise.all(kept.map((one) => takeDown(one, clock))) : [];
  const runs = [...findRuns()].filter(([, run]) => all || (run.here && !run.runners.some(isAlive)));
  const spare = new Set([process.pid]);
  const reaped = await Promise.all(
    // A reaper that is at work ends with its run's processes: what it would have waited for is waited for here.
    runs.map(([label]) => reap(new RunFolder(label), clock, spare, undefined, QUIET)),
  );
  const { things, images } = await cleanElsewhere(setting);
  // One that is being made right now, or removed by its own reaper.
  const paths = new Set([...findRuns()].map(([label]) => new RunFolder(label).path));
  const removed = down.map((one) => one.removed);
  return {
    processes: sum([...removed, ...reaped].map(({ processes }) => processes)),
    folders: runs.filter(([, { folder }]) => folder).length + sum(removed.map(({ folders }) => folders)),
    elsewhere: sum([
      ...removed.map(({ containers = 0, networks = 0, volumes = 0 }) => containers + networks + volumes),
      ...reaped.map((one) => one.elsewhere),
      ...things.map((one) => one.removed),
    ]),
    images: sum(images.map(({ removed }) => removed)),
    left: [
      ...new Set([
        ...[...reaped, ...things].flatMap(({ left, unseen }) => [...left, ...unseen]),
        ...straysOfGoneRuns(),
        ...foldersWithoutNote()
          .filter((path) => !paths.has(path))
          .map(
            (path) =>
              `folder ${path} (it is named as a run's, and no note in it says that it is: see for yourself)`,
          ),
        ...images.flatMap(({ left }) => left),
      ]),
    ],
    kept: all ? [] : kept,
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** What runs have left elsewhere, whether or not a folder of theirs still tells of it. */
async function cleanElsewhere({ environment, clock, all = false, images = false }: CleanSetting) {
  const things: Removal[] = [];
  const places: Leftovers[] = [];
  for (const load of environment ? REAPABLES.values() : []) {
    const { name, leftovers }: Reapable = await load();
    try {
      const found = await leftovers?.(environment ?? {}, clock);
      if (found) places.push(found);
    } catch (error) {
      // What may be in a place that does not answer is left behind, as far as anybody knows.
      const unseen = [`whatever runs have in ${name} (${messageOf(error)})`];
      things.push({ removed: 0, left: [], unseen });
    }
  }
  for (const { runs, remove } of places) {
    const dead = [...runs].filter(([, { runners, here }]) => all || (here && !runners.some(isAlive)));
    things.push(...(await Promise.all(dead.map(([run]) => remove(run)))));
  }
  return { things, images: await Promise.all(images ? places.map((one) => one.removeImages()) : []) };
}

/** A run of which there is something on this machine. */
type RunHere = FoundRun & { folder: boolean };

/** The runs of which there is a process or a folder, by label. */
function findRuns(): Map<string, RunHere> {
  const runs = new Map<string, RunHere>();
  for (const { environment } of processesWith(RUN_VARIABLE)) {
    const label = environment[RUN_VARIABLE];
    if (!isRun(label)) continue;
    const runner = parseRunner(environment[RUNNER_VARIABLE] ?? '');
    const others = runs.get(label)?.runners ?? [];
    runs.set(label, { runners: [...others, ...(runner ? [runner] : [])], folder: false, here: true });
  }
  for (const label of runsWithFolder()) {
    const folder = new RunFolder(label);
    const known = runs.get(label);
    const runner = folder.runner();
    const runners = [...(known?.runners ?? []), ...(runner ? [runner] : [])];
    runs.set(label, { runners, folder: true, here: folder.isHere() });
  }
  return runs;
}

function isAlive(runner: ProcessIdentity): boolean {
  return stateOf(runner) !== 'gone';
}
