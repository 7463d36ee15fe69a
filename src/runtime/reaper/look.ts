/** What there is of a run on this machine: its processes and its folder. */
import type { Look } from '../runtime.js';
import { remaining } from './reap.js';
import type { PlaceLook } from './reapable.js';
import { RunFolder } from './run-folder.js';

export function lookOnMachine(run: string): Look {
  const folder = new RunFolder(run);
  const processes = remaining(folder, new Set());
  const folders = folder.isThere() ? [folder.path] : [];
  return {
    census: { run: { processes: processes.length, folders: folders.length } },
    found: [...processes.map(({ pid }) => `process ${pid}`), ...folders.map((path) => `folder ${path}`)],
  };
}

/** What was seen on this machine and in other places, as one. */
export function together(here: Look, there: readonly Partial<PlaceLook>[]): Look {
  const run = Object.assign({ ...here.census.run }, ...there.map(({ census }) => census?.run));
  const census = Object.assign({ ...here.census }, ...there.map(({ census }) => census), { run });
  return { census, found: [here, ...there].flatMap(({ found = [] }) => found) };
}
