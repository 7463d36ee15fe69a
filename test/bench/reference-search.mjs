/**
 * Searches for a schedule of faults that makes the reference service do damage although every protection is
 * on. Compiles the sources and the simulation to a temporary folder, then runs test/reference/search.ts there:
 *
 *     node test/bench/reference-search.mjs <first seed> <count> [supervisor|standby] [1|3|5]
 *     node test/bench/reference-search.mjs 1 1 supervisor 3 4711      # what happened under seed 4711
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'reference-search-'));
const compiler = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
);
const options = [
  '--module',
  'nodenext',
  '--target',
  'es2023',
  '--types',
  'node',
  '--skipLibCheck',
  '--strict',
];
try {
  const entry = join(root, 'test/reference/search.ts');
  const settings = ['--ignoreConfig', ...options, '--rootDir', root, '--outDir', out, entry];
  const compiled = spawnSync(process.execPath, [compiler, ...settings], { cwd: root, stdio: 'inherit' });
  if (compiled.status !== 0) process.exit(compiled.status ?? 1);
  const program = join(out, 'test/reference/search.js');
  // Not a package: without this the compiled files would not be taken for ES modules.
  const args = ['--experimental-default-type=module', program, ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(out, { recursive: true });
}
