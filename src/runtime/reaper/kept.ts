/** Runs that outlive their command because their user asked for it: what there is of them, and how they are ended. */
import process from 'node:process';
import { becomes, type Clock } from '../../clock.js';
import { messageOf } from '../../errors.js';
import type { Census } from '../../history/census.js';
import { isRun } from '../label.js';
import { type ProcessIdentity, stateOf } from '../os-process.js';
import { REAPABLES } from '../reapables.js';
import { lookOnMachine, together } from './look.js';
import { remaining } from './reap.js';
import type { PlaceLook } from './reapable.js';
import { type KeptNote, RunFolder, runsWithFolder } from './run-folder.js';

export interface KeptRun extends KeptNote {
  /** Its label. */
  run: string;
  /** The process whose run it is. */
  keeper: ProcessIdentity;
}

/** How long a keeper may take to take everything down, and its reaper where it has been killed, ms. */
const PATIENCE = 60_000;
const REAPER_PATIENCE = 20_000;
const LOOK_EVERY = 50;

/** The runs that are kept, the oldest first. Those whose keeper is dead are their reaper's business. */
export function keptRuns(): KeptRun[] {
  return runsWithFolder()
    .flatMap((run): KeptRun[] => {
      const folder = new RunFolder(run);
      const [note, keeper] = [folder.kept(), folder.runner()];
      return note && keeper && stateOf(keeper) !== 'gone' ? [{ ...note, run, keeper }] : [];
    })
    .sort((one, other) => one.since.localeCompare(other.since));
}

/** Whether a run with this label belongs to a command that is still at work. */
export function isUnderWay(run: string): boolean {
  if (!isRun(run)) return false;
  const folder = new RunFolder(run);
  const runner = folder.runner();
  return runner !== undefined && stateOf(runner) !== 'gone' && folder.kept() === undefined;
}

export interface TakenDown {
  /** What there was of it, and is no more. */
  removed: Census['run'];
  /** What could not be removed, one text each. */
  left: string[];
}

/** Has the keeper take everything down; where it does not, kills it, and its reaper does. Never rejects. */
export async function takeDown({ run, keeper }: KeptRun, clock: Clock): Promise<TakenDown> {
  const folder = new RunFolder(run);
  // They are gone with the folder.
  const holdings = folder.holdings();
  const lookElsewhere = holdings.map(({ kind, place }) => async (): Promise<Partial<PlaceLook>> => {
    const { name, look } = (await REAPABLES.get(kind)?.()) ?? {};
    const unseen = (error: unknown) => ({ found: [`what is in ${name} (${messageOf(error)})`] });
    return (await look?.(run, place).catch(unseen)) ?? {};
  });
  const look = async () => together(lookOnMachine(run), await Promise.all(lookElsewhere.map((one) => one())));
  const all = [keeper, ...remaining(folder, new Set())];
  const gone = () => !folder.isThere() && all.every((process) => stateOf(process) === 'gone');
  const before = await look();
  send(keeper, 'SIGTERM');
  if (!(await becomes(clock, PATIENCE, gone, undefined, LOOK_EVERY))) {
    send(keeper, 'SIGKILL');
    await becomes(clock, REAPER_PATIENCE, gone, undefined, LOOK_EVERY);
  }
  const after = await look();
  const kinds = Object.keys(before.census.run) as (keyof Census['run'])[];
  const removed = kinds.map((kind) => [
    kind,
    Math.max(0, (before.census.run[kind] ?? 0) - (after.census.run[kind] ?? 0)),
  ]);
  return { removed: Object.fromEntries(removed) as Census['run'], left: after.found };
}

function send(keeper: ProcessIdentity, signal: NodeJS.Signals): void {
  if (stateOf(keeper) === 'gone') return;
  try {
    process.kill(keeper.pid, signal);
  } catch {
    // It ended meanwhile, or is another user's: then it shows in what is left.
  }
}
