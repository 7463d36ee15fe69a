/** What there is of a run on this machine: its processes and its folder. */
import { remaining } from '../reaper/reap.js';
import { RunFolder } from '../reaper/run-folder.js';
import type { Look } from '../runtime.js';

export function lookOnMachine(run: string): Look {
  const folder = new RunFolder(run);
  const processes = remaining(folder, new Set());
  const folders = folder.isThere() ? [folder.path] : [];
  return {
    census: { run: { processes: processes.length, folders: folders.length } },
    found: [...processes.map(({ pid }) => `process ${pid}`), ...folders.map((path) => `folder ${path}`)],
  };
}
