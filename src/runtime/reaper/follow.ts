/**
 * Looks for processes that a run's processes have started, and notes them, so that they are known once their parents
 * have ended: where no control group holds them.
 */
import type { Clock } from '../../clock.js';
import { allProcesses, stateOf } from '../os-process.js';
import { familyOf } from '../process-tree.js';
import type { RunFolder } from './run-folder.js';

/** Time between two looks, ms. A look reads as many small files as there are processes on the machine. */
const LOOK_EVERY = 250;

/** Looks until the signal is aborted. */
export function follow(folder: RunFolder, clock: Clock, signal: AbortSignal): void {
  if (signal.aborted) return;
  lookForMore(folder);
  clock.timer(LOOK_EVERY, () => follow(folder, clock, signal));
}

/** Notes those that are new, each as of the node that it descends from. */
function lookForMore(folder: RunFolder): void {
  const noted = folder.processes();
  const living = noted.filter((one) => stateOf(one) !== 'gone');
  const known = new Set(living.map(({ pid }) => pid));
  const all = living.length > 0 ? allProcesses() : [];
  const roots = new Set(living.map(({ pid, of = pid }) => of));
  for (const root of roots) {
    const family = familyOf(
      noted.filter(({ pid, of = pid }) => of === root),
      all,
    );
    for (const one of family)
      if (!known.has(one.pid)) {
        try {
          folder.noteProcess({ ...one, of: root });
        } catch {
          // A full disk must not end the reaper; the next look finds it again, as long as its parent lives.
        }
      }
  }
}
