/** `drill run` and the commands that read what it leaves, as they are called from a shell or a CI job. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { drill, type Ended, freshFolder, startDrill } from './drill-command.js';

const LARGEST = String(Number.MAX_SAFE_INTEGER);

/** Drills of less than a second of steps: one that passes, one that fails, one that would pass after it. */
const folder = freshFolder();
mkdirSync(join(folder, 'few'));
for (const [name, failovers, tags] of [
  ['a-good', 0, '[smoke, fast]'],
  ['b-bad', 1, '[smoke]'],
  ['c-good', 0, '[slow]'],
] as const)
  writeFileSync(
    join(folder, 'few', `${name}.yaml`),
    `name: ${name}
tags: ${tags}
topology: { nodes: { a: { role: primary }, b: {} }, supervisor: { members: 1 } }
steps: [{ wait: 100ms }]
expect: { failovers: ${failovers} }
`,
  );
const few = join(folder, 'few');

describe('an argument that says nothing', () => {
  it.each([
    [['run', ''], 'found an empty argument'],
    [['run', few, '--out', ''], '--out: expected a value, found an empty argument'],
    [['run', '-'], '-: expected a drill file'],
    [['validate', '-'], '-: expected a drill file'],
    [['init', '-'], '-: expected the name of a file to write'],
    [['report', '-'], '-: expected a folder that `drill run` made'],
    [['run', few, '--seed', '9007199254740992'], '--seed: expected a whole number from 0 to'],
    [['run', few, '--repeat', '1000000000'], '--repeat: expected a whole number from 1 to 100000'],
    [['run', few, '--tag', 'none'], '--tag none: expected it to leave at least one drill, found none of 3'],
  ])('%j is refused with 2', async (args, text) => {
    const { code, stdout, stderr } = await drill(...args);
    expect(stderr).toContain(text);
    expect(stderr).not.toContain('internal error');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('drill run --json', () => {
  const out = join(folder, 'json');
  let ended: Ended;
  const key = join(folder, 'key.pem');
  beforeAll(async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    ended = await drill(
      'run',
      few,
      '--filter',
      'a-*',
      '--seed',
      LARGEST,
      '--repeat',
      '2',
      '--json',
      '--sign',
      key,
      '--out',
      out,
    );
  });

  it('prints one document with the verdicts, and nothing else on standard output', () => {
    const told = JSON.parse(ended.stdout);
    expect(told).toMatchObject({ verdict: 'pass', out, not_begun: 0 });
    expect(told.runs).toMatchObject([
      { drill: 'a-good', file: join(few, 'a-good.yaml'), execution: 1, verdict: 'pass' },
      { drill: 'a-good', folder: join(out, 'a-good/2'), execution: 2, verdict: 'pass' },
    ]);
    expect(ended.stderr).toContain('2 passed; reports in');
    expect(ended.code).toBe(0);
  });

  it('goes on with 0 after the largest seed', () => {
    const seeds = JSON.parse(ended.stdout).runs.map(({ seed }: { seed: number }) => seed);
    expect(seeds).toEqual([Number.MAX_SAFE_INTEGER, 0]);
  });

  it('leaves a folder that check and report take as it is printed', async () => {
    // A private key tells the public one.
    const checked = await drill('check', out, '--verify', key);
    expect(checked.stdout.match(/identical to verdict\.json and drill\.yaml/g)).toHaveLength(2);
    expect(checked.stdout.match(/signed with the key of/g)).toHaveLength(2);
    expect(checked.code).toBe(0);
    const told = await drill('report', out, '--format', 'junit');
    expect(told.stdout.match(/<testsuite /g)).toHaveLength(2);
    const listed = await drill('report', `${out}/`, '--format', 'json');
    expect(JSON.parse(listed.stdout)).toMatchObject([{ execution: 1 }, { execution: 2 }]);
    const one = await drill('report', out, '--format', 'edn');
    expect(one.stderr).toContain(
      'expected the folder of one execution, whose history it is, found 2 of them',
    );
    expect(one.code).toBe(2);
  });
});

describe('drill run without a terminal', () => {
  const quiet = ['split-brain', '--runtime', 'sim', '--seed', '1', '--no-verbose', '--out'];

  it('tells a drill that passes in at most 20 lines of 80 columns', async () => {
    const { code, stdout } = await drill('run', ...quiet, join(folder, 'lines'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^chain a cut off .* at \d+\.\d ms\n +> declared \+/m);
    expect(stdout.split('\n').length - 1).toBeLessThanOrEqual(20);
  });

  it('has the events folded where GitHub Actions shows it', async () => {
    const run = startDrill(['run', ...quiet, join(folder, 'folded')], { GITHUB_ACTIONS: 'true' });
    const { stdout } = await run.ended;
    const [, events = '', story = ''] =
      /^::group::events\n([\s\S]*)^::endgroup::\n([\s\S]*)$/m.exec(stdout) ?? [];
    expect(events).toMatch(/^ *3010\.0 ms {2}step 2 of 5: partition: /m);
    expect(story).toMatch(/^split-brain: pass /);
    expect(stdout.match(/^::/gm)).toHaveLength(2);
  });

  it('lists the executions of a call from its folder, a line for each', async () => {
    const out = join(folder, 'listed');
    await drill('run', few, '--runtime', 'sim', '--seed', '1', '--quiet', '--out', out);
    const { code, stdout } = await drill('report', out);
    const [first, second, third, , hint] = stdout.split('\n');
    expect([first, second, third].map((line) => line?.split(/ {2,}/).slice(0, 2))).toEqual([
      ['pass', 'a-good 1'],
      ['FAIL', 'b-bad 1'],
      ['pass', 'c-good 1'],
    ]);
    expect(second).toMatch(new RegExp(`seed 1, sim {2}${out}/b-bad/1$`));
    expect(hint).toBe(`one of them whole: drill report ${out}/b-bad/1`);
    expect(code).toBe(0);
  });
});

describe('drill run --bail --quiet', () => {
  it('begins nothing after what does not pass, and prints that alone', async () => {
    const { code, stdout } = await drill('run', few, '--bail', '--quiet', '--out', join(folder, 'bail'));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^b-bad: FAIL /);
    expect(stdout).toContain('b-bad: FAIL');
    expect(stdout).not.toMatch(/a-good|c-good/);
    expect(stdout).toMatch(/\n1 passed, 1 failed, 1 not begun; reports in .*\n$/);
  });

  it('takes the drills with a tag', async () => {
    const out = join(folder, 'tag');
    const { code, stdout } = await drill(
      'run',
      few,
      '--tag',
      'fast',
      '--tag',
      'slow',
      '--quiet',
      '--out',
      out,
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: `2 passed; reports in ${out}\n` });
  });
});
