/** Every Compose file under fixtures/invalid-compose is refused with exactly the text beside it. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseDrill } from '../../built-in.js';

const FOLDER = fileURLToPath(new URL('../../../fixtures/invalid-compose/', import.meta.url));
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));

/** What is thrown for a drill that takes the Compose file in. */
function refusal(file: string): string | undefined {
  const drill = `name: x
topology:
  compose: ./${file}
  system: { http: { port: 80, read: { request: GET / } } }
  nodes: { web: { role: primary } }
workload: { writes: 0% }
expect: {}
`;
  const read = (path: string) => {
    if (path.endsWith('/broken.env')) return 'A=1\nnot a variable\n';
    return path === `/stack/${file}` ? readFileSync(FOLDER + file, 'utf8') : undefined;
  };
  const look = (real: string) =>
    /\/(?:\.git|missing.*)$/.test(real) ? undefined : { real, kind: 'file' as const };
  try {
    parseDrill(drill, 'drill.yaml', { importing: { folder: '/stack', environment: {}, read, look } });
    return undefined;
  } catch (error) {
    return `${(error as Error).message}\n`;
  }
}

describe('what cannot be taken of a Compose file is named with its place, and what to do', () => {
  it('has fixtures', () => expect(files.length).toBeGreaterThan(7));

  it.each(files)('%s', (file) => {
    expect(refusal(file)).toBe(readFileSync(FOLDER + file.replace('.yaml', '.txt'), 'utf8'));
  });
});
