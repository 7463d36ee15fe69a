/**
 * Takes down what is left of a run, knowing nothing but its label and its folder:
 *
 *     processes (by control group,      ->  proxies on servers of others  ->  the folder
 *         by label, by note)
 *     containers, networks, volumes (by label)
 *
 * A process that was being started when the runner died shows up a moment later, so the search ends only when
 * several looks in a row have found nothing.
 */
import { type Clock, sleep, within } from '../../clock.js';
import { messageOf } from '../../errors.js';
import { ask } from '../../link/ask.js';
import { membersOf, removeGroup } from '../control-group.js';
import type { Removal } from '../docker/remove.js';
import { proxyPrefix, RUN_VARIABLE } from '../label.js';
import { hasProc, type ProcessIdentity, processesWith, stateOf } from '../os-process.js';
import { familyOf, signalTo } from '../process-tree.js';
import type { RunFolder } from './run-folder.js';
import { straysIn } from './strays.js';

/** Looks in a row that must find nothing where something may just be starting; and the time between two looks, ms. */
const EMPTY_LOOKS = 3;
const LOOK_EVERY = 100;
/** How long processes are searched and killed, ms; the whole must be over 10 s after the runner's death. */
const PATIENCE = 7000;
/** How long servers of others may take to give up our proxies, ms. */
const PROXY_PATIENCE = 2000;
/** How long a container engine is asked to remove what is ours, ms: a slow engine is better than a leak. */
const ENGINE_PATIENCE = 60_000;
/** The same where somebody waits for it and the engine does not even answer, ms. */
const ENGINE_SILENCE = 2000;

/** What a dead runner asked its engine for may come into being this much later, where the engine is busy, ms. */
export const QUIET = 4000;

export interface Reaped {
  /** How many processes were killed. */
  processes: number;
  /** How many containers, networks and volumes were removed. */
  inEngine: number;
  /** What is still there, one text each. */
  left: string[];
  /** What could not be looked at, and why. */
  unseen: string[];
}

/**
 * Kills and removes everything of the run, except the processes in `spare`. Never rejects. Who knows that nothing
 * is being started any more may be content with one `empty` look; who has the time waits until an engine has shown
 * nothing for `quiet` milliseconds.
 */
export async function reap(
  folder: RunFolder,
  clock: Clock,
  spare: ReadonlySet<number>,
  empty = EMPTY_LOOKS,
  quiet = 0,
): Promise<Reaped> {
  const [processes, inEngine] = await Promise.all([
    killAll(folder, clock, spare, empty),
    removeFromEngine(folder, clock, empty, quiet),
  ]);
  const rest = remaining(folder, spare);
  const strays = straysIn(folder, new Set([...rest.map(({ pid }) => pid), ...spare]));
  const proxies = await removeProxies(folder, clock);
  const left = [...rest.map(({ pid }) => `process ${pid}`), ...inEngine.left, ...proxies.left];
  const group = folder.group();
  if (group !== undefined && !removeGroup(group)) left.push(`control group ${group}`);
  // Where one that may be known by its note alone is still there, the next clean needs it.
  if (rest.length === 0) left.push(...(await folder.remove()));
  else if (folder.isThere()) left.push(`folder ${folder.path}`);
  return {
    processes,
    inEngine: inEngine.removed,
    left,
    unseen: [...strays, ...inEngine.unseen, ...proxies.unseen],
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
  const killed = new Set<number>();
  const end = clock.now() + PATIENCE;
  for (let empty = 0; clock.now() < end; ) {
    const found = remaining(folder, spare);
    for (const one of found) {
      killed.add(one.pid);
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

async function removeFromEngine(
  folder: RunFolder,
  clock: Clock,
  empty: number,
  quiet: number,
): Promise<Removal> {
  const address = folder.engine();
  if (!address) return { removed: 0, left: [], unseen: [] };
  // Most runs have no containers: nothing to load for them.
  const [{ engineClient }, { removeRun }] = await Promise.all([
    import('../docker/engine.js'),
    import('../docker/remove.js'),
  ]);
  return removeRun(await engineClient(address), folder.run, clock, {
    empty,
    quiet,
    ms: ENGINE_PATIENCE,
    silence: empty === EMPTY_LOOKS ? ENGINE_PATIENCE : ENGINE_SILENCE,
  });
}

/**
 * Deletes the run's proxies, and only those, on servers that go on living without us. They end with their server; one
 * that does not answer may have them still.
 */
async function removeProxies(folder: RunFolder, clock: Clock): Promise<Pick<Reaped, 'left' | 'unseen'>> {
  const prefix = proxyPrefix(folder.run);
  const unseen: string[] = [];
  const left = folder.toxiproxies().map((url) =>
    within(clock, PROXY_PATIENCE, 'removing them', (signal) => removeProxiesOn(url, prefix, signal)).catch(
      (error: unknown) => {
        unseen.push(`the proxies ${prefix}* on ${url} (${messageOf(error)})`);
        return [];
      },
    ),
  );
  return { left: (await Promise.all(left)).flat(), unseen };
}

async function removeProxiesOn(url: string, prefix: string, signal: AbortSignal): Promise<string[]> {
  try {
    await ask(`${url}/version`, signal);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ECONNREFUSED') return [];
    throw error;
  }
  // Most runs use a server of their own, which is one of the processes: nothing to load for them.
  const { Toxiproxy } = await import('toxiproxy-node-client');
  const ours = Object.values(await new Toxiproxy(url).getAll()).filter(({ name }) => name.startsWith(prefix));
  const removed = await Promise.allSettled(ours.map((proxy) => proxy.remove()));
  return ours
    .filter((_, at) => removed[at]?.status === 'rejected')
    .map(({ name }) => `proxy ${name} on ${url}`);
}
