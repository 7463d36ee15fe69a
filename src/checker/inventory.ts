/** What a run found, created and left, as its history tells it. */
import { eventsOf } from '../history/by-type.js';
import type { Census, InEngine } from '../history/census.js';
import type { EventOf } from '../history/event.js';
import type { History } from '../history/history.js';
import type { Verdict } from './verdict.js';

/** The last inventory of a history; null where none was taken. */
export function inventoryOf(history: History): Verdict['inventory'] {
  const event = eventsOf(history, 'inventory').at(-1);
  if (!event) return null;
  const { before = null, created, after = null, leaked, unseen = [], kept = null } = event;
  return { before, created, after, leaked, unseen, kept };
}

type Told = Pick<EventOf<'inventory'>, 'created'> & { before?: Census | null; after?: Census | null };

/**
 * A line for each of before, created and after:
 *
 *     before: nothing of this run; 3 containers, 4 networks and 0 volumes in the engine, of drills none
 *     created: 2 processes, 30 proxies, 1 folder, 12 containers, 7 networks and 6 volumes
 *     after: nothing of this run; ...
 */
export function inventoryLines({ before, created, after }: Told): string[] {
  return [
    ...(before ? [`before: ${censusText(before)}`] : []),
    `created: ${countsText(created)}`,
    ...(after ? [`after: ${censusText(after)}`] : []),
  ];
}

function censusText({ run, drills, engine }: Census): string {
  const own = isNone(run) ? 'nothing of this run' : `of this run ${countsText(run)}`;
  if (!engine) return own;
  const ofDrills = drills && !isNone(drills) ? countsText(drills) : 'none';
  return `${own}; ${countsText(engine)} in the engine, of drills ${ofDrills}`;
}

/** `2 processes, 30 proxies and 1 folder` */
export function countsText(counts: Partial<EventOf<'inventory'>['created']> | InEngine): string {
  const parts = Object.entries(counts).map(
    ([kind, count]) => `${count} ${count === 1 ? SINGULAR[kind] : kind}`,
  );
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

const SINGULAR: Readonly<Record<string, string>> = {
  processes: 'process',
  proxies: 'proxy',
  folders: 'folder',
  containers: 'container',
  networks: 'network',
  volumes: 'volume',
};

function isNone(counts: object): boolean {
  return Object.values(counts).every((count) => count === 0);
}
