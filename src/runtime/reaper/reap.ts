/**
 * Takes down what is left of a run, knowing nothing but its label and its folder:
 *
 *     processes (by control group, by label, by note)   ->  the folder
 *     what it has elsewhere (by the notes of where)
 *
 * A process that was being started when the runner died shows up a moment later, so the search ends only when
 * several looks in a row have found nothing.
 */
import { type Clock, sleep } from '../../clock.js';
import { EnvironmentError, messageOf } from '../../errors.js';
import { membersOf, removeGroup } from '../control-group.js';
import { RUN_VARIABLE } from '../label.js';
import { hasProc, type ProcessIdentity, processesWith, stateOf } from '../os-process.js';
import { familyOf, signalTo } from '../process-tree.js';
import { REAPABLES } from '../reapables.js';
import type { Removal, Thoroughness } from './reapable.js';
import type { Holding, RunFolder } from './run-folder.js';
import { straysIn } from './strays.js';

/** Looks in a row that must find nothing where something may just be starting; and the time between two looks, ms. */
const EMPTY_LOOKS = 3;
const LOOK_EVERY = 100;
/** How long processes are searched and killed, ms; the whole must be over 10 s after the runner's death. */
const PATIENCE = 7000;

/** What a dead runner asked an engine for may come into being this much later, where the engine is busy, ms. */
export const QUIET = 4000;

export interface Reaped {
  /** How many processes were killed. */
  processes: number;
  /** How many things in other places were removed. */
  elsewhere: number;
  /** What is still there, one text each. */
  left: string[];
  /** What could not be looked at, and why. */
  unseen: string[];
}

/**
 * Kills and removes everything of the run, except the processes in `spare`. Never rejects. Who knows that nothing
 * is being started any more may be content with one `empty` look; who has the time waits until nothing has shown in
 * other places for `quiet` milliseconds.
 */
export async function reap(
  folder: RunFolder,
  clock: Clock,
  spare: ReadonlySet<number>,
  empty = EMPTY_LOOKS,
  quiet = 0,
): Promise<Reaped> {
  const how = { empty, quiet, isAwaited: empty < EMPTY_LOOKS };
  const [processes, ...elsewhere] = await Promise.all([
    killAll(folder, clock, spare, empty),
    ...folder.holdings().map((holding) => removeFrom(folder, holding, clock, how)),
  ]);
  const rest = remaining(folder, spare);
  const strays = straysIn(folder, new Set([...rest.map(({ pid }) => pid), ...spare]));
  const left = [...rest.map(({ pid }) => `process ${pid}`), ...elsewhere.flatMap((one) => one.left)];
  const group = folder.group();
  if (group !== undefined && !removeGroup(group)) left.push(`control group ${group}`);
  // Where one that may be known by its note alone is still there, the next clean needs it.
  if (rest.length === 0) left.push(...(await folder.remove()));
  else if (folder.isThere()) left.push(`folder ${folder.path}`);
  return {
    processes,
    elsewhere: elsewhere.reduce((sum, { removed }) => sum + removed, 0),
    left,
    unseen: [...strays, ...elsewhere.flatMap(({ unseen }) => unseen)],
  };
}

/** The living processes of the run: those in its control group, those that carry its label, those that were noted. */
export function remaining(folder: RunFolder, spare: ReadonlySet<number>): ProcessIdentity[] {
  const labelled = processesWith(RUN_VARIABLE).filter(
    ({ environment }) => environment[RUN_VARIABLE] === folder.run,
  );
  const all = folder.processes();
  const noted = all.filter((process) => stateOf(process) !== 'gone');
  const group = folder.group();
  // Without a group, what descends from them may not have been noted yet.
  const others = group === undefined ? (hasProc && noted.length > 0 ? familyOf(all) : []) : membersOf(group);
  const byPid = new Map([...noted, ...labelled, ...others].map((process) => [process.pid, process]));
  return [...byPid.values()].filter(({ pid }) => !spare.has(pid));
}

async function killAll(
  folder: RunFolder,
  clock: Clock,
  spare: ReadonlySet<number>,
  wanted: number,
): Promise<number> {
  const killed = new Map<number, ProcessIdentity>();
  const end = clock.now() + PATIENCE;
  for (let empty = 0; clock.now() < end; ) {
    // One that is ending shows no label any more.
    const ending = [...killed.values()].filter((one) => stateOf(one) !== 'gone');
    const found = [...remaining(folder, spare), ...ending];
    for (const one of found) {
      killed.set(one.pid, one);
      try {
        signalTo(one, 'SIGKILL');
      } catch {
        // It is another user's: then it shows in what is left.
      }
    }
    empty = found.length === 0 ? empty + 1 : 0;
    if (empty >= wanted) break;
    await sleep(clock, LOOK_EVERY);
  }
  return killed.size;
}

/** Removes what the run has in one place. A kind that nobody knows any more was noted by another version. */
async function removeFrom(
  { run }: RunFolder,
  { kind, place }: Holding,
  clock: Clock,
  how: Thoroughness,
): Promise<Removal> {
  try {
    const reapable = await REAPABLES.get(kind)?.();
    if (reapable) return await reapable.remove(run, place, clock, how);
    throw new EnvironmentError('no such kind is known');
  } catch (error) {
    const unseen = `what it has of the kind ${JSON.stringify(kind)} (${messageOf(error)})`;
    return { removed: 0, left: [], unseen: [unseen] };
  }
}
