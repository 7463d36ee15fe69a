/**
 * Processes that may be a run's though nothing proves it: they work in the run's folder, and were started after the
 * run, where no control group tells whose they are. They are named, and left alone.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { FOLDER_PREFIX } from '../label.js';
import { allProcesses, commandOf, isSince, type RelatedProcess, workingFolderOf } from '../os-process.js';
import type { RunFolder } from './run-folder.js';

/** One text each; `known` are the numbers of those whose origin is known. */
export function straysIn(folder: RunFolder, known: ReadonlySet<number>): string[] {
  const runner = folder.runner();
  if (!runner || folder.group() !== undefined || !folder.isHere()) return [];
  return allProcesses()
    .filter((one) => !known.has(one.pid) && isSince(one, runner))
    .filter(({ pid }) => pid !== process.pid && `${workingFolderOf(pid)}/`.startsWith(`${folder.path}/`))
    .map(describe);
}

/** The same of runs whose folders have been removed meanwhile. */
export function straysOfGoneRuns(): string[] {
  return allProcesses()
    .filter(({ pid }) => {
      const place = workingFolderOf(pid) ?? '';
      return place.startsWith(join(tmpdir(), FOLDER_PREFIX)) && place.endsWith(' (deleted)');
    })
    .map(describe);
}

function describe({ pid, name }: RelatedProcess): string {
  const command = commandOf(pid).slice(0, 80) || name;
  return `process ${pid} (${command}), which works in a run's folder: if it is the run's, end it by hand`;
}
