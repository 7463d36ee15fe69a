/** What is installed with the package: nothing that is not used, and no program of others that runs unnoticed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './packed.js';

interface Locked {
  hasInstallScript?: boolean;
  dev?: boolean;
}

const json = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
const { dependencies } = json('package.json') as { dependencies: Record<string, string> };
const { packages } = json('package-lock.json') as { packages: Record<string, Locked> };

const source = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'))
  .join('\n');

/** For the page and for clients in a browser, which are to come. */
const NOT_YET = ['playwright'];

describe('a dependency', () => {
  it.each(Object.keys(dependencies).filter((name) => !NOT_YET.includes(name)))(
    '%s is used by the program',
    (name) => {
      expect(source).toMatch(new RegExp(`(?:from|import\\()\\s*'${name}['/]`));
    },
  );

  it('of the program with an install script is one of these, which do without it', () => {
    const scripted = Object.entries(packages)
      .filter(([name, { hasInstallScript, dev }]) => name !== '' && hasInstallScript && !dev)
      .map(([name]) => name.replace(/^.*node_modules\//, ''));
    // dockerode's: natives that make SSH to a distant engine faster, and a hint on versions.
    expect(scripted.sort()).toEqual(['cpu-features', 'protobufjs', 'ssh2']);
  });
});
