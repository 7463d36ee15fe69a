/** The worked examples of plug-ins, as a user runs them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { drill, freshFolder, ROOT, startDrill, verdictIn } from './drill-command.js';

const FOLDER = join(ROOT, 'fixtures/plugins');

/** Runs an example with its text changed, and gives the verdict of each expectation. */
async function run(name: string, change: (text: string) => string, ...options: string[]) {
  const out = freshFolder();
  const text = readFileSync(join(FOLDER, `${name}.yaml`), 'utf8').replaceAll('./', `${FOLDER}/`);
  const file = join(out, `${name}.yaml`);
  writeFileSync(file, change(text));
  const results = join(out, 'results');
  const { code, stdout, stderr } = await drill('run', file, '--out', results, ...options);
  const told = `${stdout}\n${stderr}`;
  const of = (drillName: string, expectation: string) =>
    verdictIn(results, drillName).findings.find((finding) => finding.expectation === expectation);
  return { code, told, results, of };
}

it('a fault, a scenario, a workload and an expectation of one’s own are carried out and judged', async () => {
  const { code, told, results, of } = await run('drill', (text) => text);
  expect(code, told).toBe(0);
  expect(of('plugged-in', 'faults take effect')).toMatchObject({ actual: '3 of 3 faults witnessed' });
  expect(of('plugged-in', 'slowest_write')?.verdict).toBe('pass');
  const folder = join(results, 'plugged-in/1');
  const here = await drill('check', folder, '--plugin', join(FOLDER, 'slowest-write.mjs'));
  expect(here.code, here.stdout).toBe(0);
  const elsewhere = await drill('check', folder);
  expect(elsewhere.code).toBe(3);
  expect(elsewhere.stdout).toContain(
    '`slowest_write` came from a plug-in that is not here; name it with --plugin',
  );
});

it('an expectation of one’s own can fail', async () => {
  const { code, told, of } = await run('drill', (text) => text.replace('<= 10s', '<= 1us'));
  expect(code, told).toBe(1);
  expect(of('plugged-in', 'slowest_write')).toMatchObject({ verdict: 'fail', expected: '<= 1us' });
});

it('a system of one’s own is drilled, also by a plug-in that the command line names, and caught', async () => {
  const bare = (text: string) => text.replace(/^plugins:.*\n/m, '').replace('">= 1"', '0');
  expect((await run('store', bare)).told).toContain('expected a system that is known');
  const { code, told, of } = await run('store', bare, '--plugin', join(FOLDER, 'store.mjs'));
  expect(code, told).toBe(1);
  expect(of('store', 'lost_writes')?.verdict).toBe('fail');
  const asItIs = await run('store', (text) => text);
  expect(asItIs.code, asItIs.told).toBe(0);
});

it('a system of one’s own can be left running', async () => {
  const { stdout, stderr, code } = await drill(
    'up',
    join(FOLDER, 'store.yaml'),
    '--runtime',
    'process',
    '--out',
    freshFolder(),
  );
  const [, id = ''] = /drill down ([0-9a-f]{10})\n/.exec(stdout) ?? [];
  onTestFinished(async () => void (await startDrill(['down', id]).ended), 60_000);
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  const [, address] = /^a .*(127\.0\.0\.1:\d+)$/m.exec(stdout) ?? [];
  const written = await fetch(`http://${address}/k`, { method: 'PUT', body: '7' });
  expect(written.status).toBe(200);
  expect(await (await fetch(`http://${address}/k`)).text()).toBe('7');
});
