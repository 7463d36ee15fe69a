import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { folderOf, RUN_VARIABLE } from '../../src/runtime/label.js';
import { identify, processesWith, stateOf } from '../../src/runtime/os-process.js';
import { blocks, Ports } from '../../src/runtime/ports.js';
import { Lines } from '../../src/runtime/process/lines.js';
import { processRuntime } from '../../src/runtime/process/process-runtime.js';
import { http } from '../http.js';
import { runtimeConformance } from './conformance.js';
import { eventually, mesh, openProcesses, PROGRAMS } from './opened.js';

const program = (name: string, ...args: string[]) => ({
  command: [process.execPath, PROGRAMS + name, ...args],
});

runtimeConformance({
  runtime: processRuntime,
  echo: ({ host, port }, complaint = '') => program('echo.mjs', host, String(port), complaint),
  short: () => program('short.mjs'),
  stubborn: () => program('stubborn.mjs'),
});

const ofRun = (run: string) =>
  processesWith(RUN_VARIABLE).filter(({ environment }) => environment[RUN_VARIABLE] === run);

test('a node sees PATH, HOME, LANG, TMPDIR, the label and what its program names, and runs in its data folder', async () => {
  const { cluster, run } = await openProcesses({ nodes: ['a'] });
  const { host, port } = cluster.places.listen('a');
  await cluster.start('a', { ...program('echo.mjs', host, String(port)), environment: { EXTRA: 'yes' } });
  const answer = await eventually('it answers', () =>
    http({ host, port }, '/', AbortSignal.timeout(1000)).catch(() => undefined),
  );
  const { environment, folder } = JSON.parse(answer.body);
  const known = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'FAILOVER_DRILL_RUN', 'FAILOVER_DRILL_RUNNER', 'EXTRA'];
  expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([]);
  expect(environment).toMatchObject({ FAILOVER_DRILL_RUN: run, EXTRA: 'yes' });
  expect(folder).toBe(cluster.places.data('a'));
  expect(folder.startsWith(folderOf(run))).toBe(true);
});

test('a node is all the processes that its program started', async () => {
  const { cluster, told } = await openProcesses({ nodes: ['a'] });
  await cluster.start('a', program('family.mjs'));
  const { line } = await eventually('its child is there', () => told.lines[0]);
  const child = identify(Number(line.split(' ')[1]));
  if (!child) throw new Error('expected the child to be alive');
  await cluster.pause('a');
  await eventually('the child is stopped too', () => stateOf(child) === 'stopped' || undefined);
  await cluster.kill('a', 'SIGKILL');
  await eventually('the child is gone too', () => stateOf(child) === 'gone' || undefined);
});

test('a process that cannot be noted in the folder of the run is none', async () => {
  const { cluster, run, told } = await openProcesses({ nodes: ['a'] });
  // As good as a full disk: nothing can be written there.
  mkdirSync(join(folderOf(run), 'processes'));
  await expect(cluster.start('a', program('family.mjs'))).rejects.toThrow(
    /node a: expected its process to be noted in the folder of the run, found EISDIR/,
  );
  expect(await cluster.running('a')).toBe(false);
  await eventually('its end is told', () => told.exits[0]);
  expect(ofRun(run)).toHaveLength(1); // The reaper.
});

test('after close there is no process and no folder, and the reaper has ended', async () => {
  const { cluster, run } = await openProcesses({ nodes: ['a', 'b'] });
  await Promise.all(['a', 'b'].map((node) => cluster.start(node, program('family.mjs'))));
  await eventually('all are there', () => ofRun(run).length >= 3 || undefined);
  expect(existsSync(folderOf(run))).toBe(true);
  expect(await cluster.close()).toMatchObject({ created: { processes: 3, folders: 1 }, leaked: [] });
  expect(ofRun(run)).toEqual([]);
  expect(existsSync(folderOf(run))).toBe(false);
});

test('ports lie outside the range from which the operating system gives them out by itself', async () => {
  const { cluster } = await openProcesses({ nodes: ['a'], links: mesh('a', 'b').slice(1), power: true });
  const [low, high] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
    .trim()
    .split(/\s+/)
    .map(Number);
  const { port } = cluster.places.listen('a');
  const isNoneOutside = blocks({ low: low as number, high: high as number }).length === 0;
  expect(isNoneOutside || port < (low as number) || port > (high as number)).toBe(true);
});

test('blocks of ports are found below, else above the ephemeral range, else anywhere', () => {
  expect(blocks({ low: 32_768, high: 60_999 }).at(0)).toBe(10_240);
  expect(blocks({ low: 32_768, high: 60_999 }).at(-1)).toBeLessThanOrEqual(32_768 - 512);
  expect(blocks({ low: 1024, high: 60_999 }).at(0)).toBe(61_000);
  expect(blocks({ low: 1024, high: 65_535 }).length).toBeGreaterThan(0);
});

test('a port that is taken is passed over', async () => {
  const { cluster } = await openProcesses({});
  const { port } = await cluster.hosts.address();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port + 1, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  expect(await new Ports({ first: port, count: 5 }).take(2)).toEqual([port, port + 2]);
  await expect(new Ports({ first: port, count: 2 }).take(2)).rejects.toThrow('the block used up');
});

test('lines are put together again, and a line without an end does not grow for ever', () => {
  const seen: string[] = [];
  const lines = new Lines((line) => void seen.push(line));
  for (const text of ['on', 'e\r\ntw', 'o\n\nthree']) lines.push(text);
  expect(seen).toEqual(['one', 'two', '']);
  lines.end();
  expect(seen.at(-1)).toBe('three');
  for (let part = 0; part < 20; part++) lines.push('x'.repeat(10_000));
  expect(seen.length).toBeGreaterThan(5);
});

test('a run that is being taken down starts nothing any more', async () => {
  const { cluster } = await openProcesses({ nodes: ['a', 'b'] });
  const started = cluster.start('a', program('family.mjs'));
  const closed = cluster.close();
  await expect(cluster.start('b', program('family.mjs'))).rejects.toThrow('being taken down');
  await started.catch(() => undefined);
  expect((await closed).leaked).toEqual([]);
  expect(await cluster.running('a')).toBe(false);
});
