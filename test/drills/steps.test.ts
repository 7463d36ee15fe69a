/** Every step of the language, on real nodes: each fault is witnessed, each wait is reached, nothing is left. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CATALOG } from '../../src/catalog.js';
import { stepSchema } from '../../src/drill/steps.js';
import { withEngine } from '../runtime/docker/engine.js';
import { drill, freshFolder, ROOT, verdictIn } from './drill-command.js';

/** The drills for each runtime. */
const FOLDERS = { process: 'steps', docker: 'steps-docker' } as const;
type Runtime = keyof typeof FOLDERS;
const folderOf = (runtime: Runtime) => join(import.meta.dirname, FOLDERS[runtime]);
const filesFor = (runtime: Runtime) => readdirSync(folderOf(runtime));

async function passes(runtime: Runtime, file: string): Promise<void> {
  const out = freshFolder();
  const path = join(folderOf(runtime), file);
  const { code, stdout, stderr } = await drill(
    'run',
    path,
    '--runtime',
    runtime,
    '--seed',
    '11',
    '--out',
    out,
  );
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  const { findings } = verdictIn(out, file.replace('.yaml', ''));
  for (const name of ['faults take effect', 'drill carried out', 'nothing left behind'])
    expect(findings.find(({ expectation }) => expectation === name)?.verdict).toBe('pass');
}

describe('the steps', () => {
  it.each(filesFor('process'))('%s passes', (file) => passes('process', file));

  withEngine(() => {
    it.each(filesFor('docker'))('%s passes in containers', (file) => passes('docker', file));
  });

  it('that are to let somebody go on whom they do not find say so, and prove nothing', async () => {
    const out = freshFolder();
    const file = join(out, 'patient.yaml');
    const text = readFileSync(join(ROOT, 'test/drills/lifecycle/patient.yaml'), 'utf8');
    writeFileSync(file, text.replace('- wait: 200ms', '- kill: standby\n  - restart: standby'));
    const { code, stdout, stderr } = await drill('run', file, '--out', join(out, 'results'));
    expect(code, `${stdout}\n${stderr}`).toBe(3);
    expect(stdout).toMatch(/step 2 \(restart: .*\): expected somebody who is `standby`, found nobody now/);
  });

  it('are all of them here', () => {
    const used = (Object.keys(FOLDERS) as Runtime[]).flatMap((runtime) =>
      filesFor(runtime).flatMap((file) => {
        const { steps } = parse(readFileSync(join(folderOf(runtime), file), 'utf8')) as {
          steps: Record<string, object[]>[];
        };
        return steps.flatMap((one) => [...Object.keys(one), ...(one['together'] ?? []).flatMap(Object.keys)]);
      }),
    );
    // `flap` has a drill of its own in the library; `clock` needs an image that the reference system has not.
    expect(new Set([...used, 'flap', 'clock'])).toEqual(new Set(Object.keys(stepSchema(CATALOG).shape)));
  });
});
