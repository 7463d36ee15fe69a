/** Whatever the guides name, whoever has installed the package has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packedFiles, ROOT } from './packed.js';

/** The files and folders of this project that a text names, in links, code and commands. */
function named(text: string): string[] {
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)\s]+)\)/g)].map(([, target]) => target!);
  const paths = text.match(/(?<![\w./-])(drills|fixtures|src|test|dist)\/[\w./*-]*/g) ?? [];
  return [...new Set([...links, ...paths])].map((path) => path.replace(/[.*]*$/, ''));
}

/** They go with the package, and lead to each other. */
const GUIDES = [
  'README.md',
  'drills/README.md',
  'fixtures/stacks/README.md',
  'src/README.md',
  'src/checker/README.md',
  'src/commands/README.md',
  'src/drill/README.md',
  'src/run/README.md',
  'src/runtime/README.md',
];

describe('the package', () => {
  const files = packedFiles();
  const holds = (path: string) =>
    files.some((file) => file === path || file.startsWith(path.replace(/\/?$/, '/')));

  it.each(GUIDES)('has every file that %s names', (text) => {
    const paths = named(readFileSync(join(ROOT, text), 'utf8'));
    const ours = text.startsWith('src/') ? paths.filter((path) => /^(drills|dist)\//.test(path)) : paths;
    expect(ours.filter((path) => !holds(path))).toEqual([]);
  });

  it('is found wanting where a file is named that it lacks', () => {
    const paths = named(
      'See [this](docs/x.md), `src/system/system.ts` and `drill run drills/kill-primary.yaml`.',
    );
    expect(paths.filter((path) => !holds(path))).toEqual(['docs/x.md', 'src/system/system.ts']);
  });

  it('has the program, the drills and no tests', () => {
    expect(files).toContain('dist/cli.js');
    expect(files).toContain('drills/split-brain.yaml');
    expect(files.filter((file) => file.startsWith('test/'))).toEqual([]);
  });
});
