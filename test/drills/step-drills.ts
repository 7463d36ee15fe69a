/** The drills of which each step is part, for each runtime. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { drill, freshFolder, verdictIn } from './drill-command.js';

export const FOLDERS = { process: 'steps', docker: 'steps-docker' } as const;
export type Runtime = keyof typeof FOLDERS;
export const folderOf = (runtime: Runtime) => join(import.meta.dirname, FOLDERS[runtime]);
export const filesFor = (runtime: Runtime) => readdirSync(folderOf(runtime));

export async function passes(runtime: Runtime, file: string): Promise<void> {
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
