/** The package as npm would publish it, unpacked into a project of its own that uses it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { freshFolder } from '../drills/drill-command.js';

export const ROOT = resolve(import.meta.dirname, '../..');

/** The paths of the files that are published. */
export function packedFiles(): string[] {
  return packed('--dry-run').files.map(({ path }) => path);
}

/**
 * A folder with the package and its dependencies in node_modules, and with these more, as if npm had installed them. The
 * build must lie in dist/.
 */
export function consumer(more: readonly string[] = []): string {
  const folder = freshFolder();
  const home = join(folder, 'node_modules', 'failover-drill');
  mkdirSync(home, { recursive: true });
  const { filename } = packed('--pack-destination', folder);
  execFileSync('tar', ['xzf', join(folder, filename), '-C', home, '--strip-components=1']);
  rmSync(join(folder, filename));
  const { dependencies } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(dependencies), ...more]) {
    const place = join(folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), place);
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module' }));
  return folder;
}

function packed(...options: string[]): { filename: string; files: { path: string }[] } {
  const args = ['pack', '--ignore-scripts', '--json', ...options];
  const [one] = JSON.parse(execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8' }));
  return one;
}
