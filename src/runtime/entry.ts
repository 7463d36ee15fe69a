/**
 * Where the programs that we start ourselves lie: `entry('runtime/reaper/process.js')` is the path of that file
 * in the build. From the build that is beside us; where the sources themselves are run (as tests do), it is the
 * build that lies next to them.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EnvironmentError } from '../errors.js';

const HERE = fileURLToPath(new URL('..', import.meta.url));
const BUILD = fileURLToPath(new URL('../../dist/', import.meta.url));

/** The path of an entry file of the build. Throws an `EnvironmentError` where it is not built. */
export function entry(name: string): string {
  for (const folder of [HERE, BUILD]) {
    const path = join(folder, name);
    if (existsSync(path)) return path;
  }
  throw new EnvironmentError({
    expected: `the built program ${name}`,
    found: 'none',
    where: BUILD,
    todo: 'run `npm run build`',
  });
}
