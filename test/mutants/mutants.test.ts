import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshFolder, ROOT } from '../drills/drill-command.js';
import { type Mutant, mutants, mutate, transpile } from './mutant.mjs';

const MUTANTS = mutants();

describe('the mutants', () => {
  it('have names of their own, each named beside what it breaks', () => {
    const names = MUTANTS.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(20);
    expect(new Set(names).size).toBe(names.length);
    const promises = readFileSync(join(ROOT, 'src/reference/README.md'), 'utf8');
    expect(names.filter((name) => !promises.includes(`\`${name}\``))).toEqual([]);
  });

  it('are changes of the sources as they are, which can be translated', () => {
    const all = MUTANTS.flatMap((mutant) =>
      [...mutate(mutant)].map(([path, text]) => [path.replace('src/', `src/${mutant.name}/`), text] as const),
    );
    const folder = freshFolder();
    transpile(new Map(all), folder);
    const code = (path: string) => readFileSync(path.replace(/\.ts$/, '.js'), 'utf8');
    for (const [path] of all) {
      const [, name = '', file = ''] = /^src\/([^/]+)\/(.*)$/.exec(path) ?? [];
      expect(code(join(folder, 'dist', name, file)), path).not.toBe(code(join(ROOT, 'dist', file)));
    }
  });
});

describe('a mutant that is none', () => {
  const [some] = MUTANTS as [Mutant];

  it('is refused where the text to replace is not there, or more than once', () => {
    expect(() => mutate({ ...some, find: 'no such text' })).toThrow(/once in src.*found it 0 times/);
    expect(() => mutate({ ...some, find: 'this.#known' })).toThrow(/once in src.*found it \d+ times/);
  });

  it('is refused where what comes of it is no program', () => {
    expect(() => transpile(mutate({ ...some, replace: ') {' }), freshFolder())).toThrow(/can be translated/);
  });
});

describe('by the schedules that the search draws', () => {
  const SCHEDULES = '40';
  const run = (script: string, ...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, script), '--count', SCHEDULES, ...args], { encoding: 'utf8' });

  it('some mutants are found soon, and each is told with its seed', { timeout: 120_000 }, () => {
    const some = ['fence-not-waited-for', 'lease-not-waited-for', 'served-by-anybody'];
    const only = some.flatMap((name) => ['--only', name]);
    const { status, stdout, stderr } = run('test/mutants/mutants.mjs', '--out', freshFolder(), ...only);
    expect([status, stderr], stdout).toEqual([0, '']);
    for (const name of some)
      expect(stdout).toMatch(new RegExp(`^${name}: \\d+ schedules, .* seed \\d+`, 'm'));
    expect(stdout).toContain('3 of 3 mutants were found');
  });

  it('the service itself is found by none of these', { timeout: 120_000 }, () => {
    const { status, stdout } = run('test/search/search.mjs', '--first');
    expect(status, stdout).toBe(0);
    expect(stdout).toContain(`${SCHEDULES} schedules, `);
  });
});
