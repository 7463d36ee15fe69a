/** Compose files with the structure of public ones: whether a drill of each is accepted, as its owner would expect. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDrill } from '../../built-in.js';

const CASES = resolve(import.meta.dirname, '../../../../shared/cases/compose');
const here = existsSync(CASES);
const EXPECTED: Record<string, string> = here
  ? JSON.parse(readFileSync(join(CASES, 'expected.json'), 'utf8'))
  : {};
const skipped = here ? '' : ' (skipped: ../shared/cases is not here)';

/** What the drill of a case is refused with; undefined where it is accepted. */
async function refusal(name: string): Promise<string | undefined> {
  return loadDrill(join(CASES, name, 'drill.yaml'), { environment: {} }).then(
    () => undefined,
    (error: Error) => error.message,
  );
}

const of = (expected: string) => Object.keys(EXPECTED).filter((name) => EXPECTED[name] === expected);

describe.skipIf(!here)(`Compose files as people have them${skipped}`, () => {
  it.for(of('accept'))('%s is accepted', async (name) => {
    expect(await refusal(name)).toBeUndefined();
  });

  it.for(of('refuse'))('%s is refused, with what protects this machine', async (name) => {
    expect(await refusal(name)).toMatch(/this machine|outside of|socket/);
  });

  it.for(of('either'))('%s is accepted, or refused with what to do', async (name) => {
    expect((await refusal(name)) ?? '; do').toMatch(/; /);
  });
});
