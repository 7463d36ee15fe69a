import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EnvironmentError } from '../../src/errors.js';
import { logEnds, writeExecution, writeSummary, writeWhole } from '../../src/report/files.js';
import { passing } from './samples.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drill-report-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the files of the reports', () => {
  test('lie in the run folder, which is made', async () => {
    const run = passing();
    const execution = join(folder, 'out', 'split-brain', '1');
    await writeExecution(execution, {
      drill: 'name: split-brain\n',
      page: '<!doctype html>',
      verdict: run.verdict,
    });
    await writeSummary(join(folder, 'out'), [run]);
    expect((await readdir(execution)).sort()).toEqual(['drill.yaml', 'report.html', 'verdict.json']);
    expect((await readdir(join(folder, 'out'))).sort()).toEqual([
      'junit.xml',
      'report.html',
      'split-brain',
      'summary.md',
    ]);
    expect(JSON.parse(await readFile(join(execution, 'verdict.json'), 'utf8'))).toEqual(run.verdict);
  });

  test('tell the ends of logs that can be read, from a whole line on', async () => {
    await mkdir(join(folder, 'logs', 'c.log'), { recursive: true });
    await writeFile(join(folder, 'logs', 'a.log'), 'one\ntwo\n');
    await writeFile(join(folder, 'logs', 'b.log'), `${'a long line\n'.repeat(10_000)}last\n`);
    const [a, b, ...others] = await logEnds(folder);
    expect(a).toEqual({ node: 'a', text: 'one\ntwo\n', cut: false });
    expect(b).toMatchObject({ node: 'b', cut: true });
    expect(b?.text).toMatch(/^a long line\n[\s\S]*\nlast\n$/);
    expect(b?.text.length).toBeLessThanOrEqual(65_536);
    expect(others).toEqual([]);
    expect(await logEnds(join(folder, 'nowhere'))).toEqual([]);
  });

  test('replace what was there, whole', async () => {
    await Promise.all(['a', 'b', 'c'].map((text) => writeWhole(join(folder, 'x'), text.repeat(100_000))));
    expect(await readFile(join(folder, 'x'), 'utf8')).toMatch(/^(a{100000}|b{100000}|c{100000})$/);
    expect(await readdir(folder)).toEqual(['x']);
  });

  test('where they cannot be written, say where, why and what to do, and leave nothing half done', async () => {
    await writeFile(join(folder, 'file'), '');
    const failure = writeSummary(join(folder, 'file', 'out'), []).catch((error: unknown) => error);
    const error = await failure;
    expect(error).toBeInstanceOf(EnvironmentError);
    expect((error as EnvironmentError).text).toMatchObject({
      where: join(folder, 'file', 'out', 'junit.xml'),
      todo: 'give a folder that can be written to with --out',
    });
    expect(await readdir(folder)).toEqual(['file']);
  });

  test('are refused, not waited for, where no folder can ever be made', async () => {
    await expect(writeWhole('/proc/no-such/folder/x', '')).rejects.toBeInstanceOf(EnvironmentError);
  });
});
