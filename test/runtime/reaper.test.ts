/**
 * What outlives a runner that was killed. For more kills than the few of every day:
 *
 *     KILLS=20 npx vitest run test/runtime/reaper.test.ts
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { Toxiproxy } from 'toxiproxy-node-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock as clock, sleep } from '../../src/clock.js';
import { freshSeed, integer, seeded } from '../../src/random.js';
import type { Address } from '../../src/runtime/address.js';
import { entry } from '../../src/runtime/entry.js';
import { folderOf, formatRunner, freshRun, RUN_VARIABLE, RUNNER_VARIABLE } from '../../src/runtime/label.js';
import { identify, processesWith, thisMachine } from '../../src/runtime/os-process.js';
import { clean } from '../../src/runtime/reaper/clean.js';
import { reap, remaining } from '../../src/runtime/reaper/reap.js';
import { RunFolder } from '../../src/runtime/reaper/run-folder.js';
import { startToxiproxy } from '../../src/toxiproxy/server.js';
import { eventually, openProcesses, PROGRAMS, scratch } from './opened.js';

const KILLS = Number(process.env.KILLS ?? 5);
const DIST = dirname(entry('clock.js'));

const ofRun = (run: string) =>
  processesWith(RUN_VARIABLE).filter(({ environment }) => environment[RUN_VARIABLE] === run);

function startRunner(run: string, ...more: string[]): { runner: ChildProcess; addresses: Address[] } {
  const runner = spawn(process.execPath, [`${PROGRAMS}runner.mjs`, DIST, run, scratch(), ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void runner.kill('SIGKILL'));
  const addresses: Address[] = [];
  let text = '';
  runner.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    addresses.push(...lines.map((line) => JSON.parse(line) as Address));
  });
  return { runner, addresses };
}

/** What is left of a run. An address that was found free once may be another run's by now, and is taken off the list. */
async function leftOf(run: string, addresses: Address[]): Promise<string[]> {
  const taken = await Promise.all(addresses.map(isTaken));
  addresses.splice(0, addresses.length, ...addresses.filter((_, at) => taken[at]));
  return [
    ...ofRun(run).map(({ pid }) => `process ${pid}`),
    ...(existsSync(folderOf(run)) ? ['the folder'] : []),
    ...addresses.map(({ port }) => `port ${port}`),
  ];
}

function isTaken({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(true));
    server.listen({ host, port }, () => server.close(() => resolve(false)));
  });
}

/** Kills a runner; how long it takes until nothing of its run is left, ms. */
async function killed(runner: ChildProcess, run: string, addresses: Address[]): Promise<number> {
  const start = clock.now();
  const closed = once(runner, 'close');
  runner.kill('SIGKILL');
  // What it was just starting holds its output open until it is a process of its own, which can be seen to be the run's.
  await closed;
  await eventually('nothing is left', async () => {
    return (await leftOf(run, addresses)).length === 0 || undefined;
  });
  return clock.now() - start;
}

describe('a runner that is killed', () => {
  const seed = freshSeed();
  const random = seeded(seed);
  for (let kill = 1; kill <= KILLS; kill++) {
    const moment = integer(random, 0, 1500);
    test(`after ${moment} ms leaves nothing behind for ten seconds (kill ${kill}, seed ${seed})`, async () => {
      const run = freshRun();
      const { runner, addresses } = startRunner(run);
      await sleep(clock, moment);
      expect(await killed(runner, run, addresses)).toBeLessThan(10_000);
    });
  }

  test('at work, with a stopped node, leaves nothing behind', async () => {
    const run = freshRun();
    const { runner, addresses } = startRunner(run);
    // a, b, c, the Toxiproxy and the reaper: c may be killed before its child is there.
    await eventually('it is at work', () => ofRun(run).length >= 5 || undefined);
    expect(existsSync(folderOf(run))).toBe(true);
    expect(await killed(runner, run, addresses)).toBeLessThan(10_000);
  });

  test("leaves the user's own Toxiproxy without its proxies, and with everybody else's", async () => {
    const toxiproxy = await startToxiproxy({ listen: '127.0.0.1:0', clock, random });
    onTestFinished(() => toxiproxy.close());
    const client = new Toxiproxy(toxiproxy.url);
    await client.createProxy({ name: 'theirs', listen: '127.0.0.1:0', upstream: '127.0.0.1:1' });
    const run = freshRun();
    const { runner } = startRunner(run, toxiproxy.url);
    await eventually(
      'it has its proxies',
      async () => Object.keys(await client.getAll()).length === 3 || undefined,
    );
    runner.kill('SIGKILL');
    await eventually(
      'its proxies are gone',
      async () => Object.keys(await client.getAll()).length === 1 || undefined,
    );
    expect(Object.keys(await client.getAll())).toEqual(['theirs']);
  });
});

describe('clean', () => {
  /** A run whose reaper is gone as well. */
  function leftover(runner: { pid: number; started: string }) {
    const run = freshRun();
    const folder = new RunFolder(run);
    folder.create(runner);
    folder.data('a');
    const env = { [RUN_VARIABLE]: run, [RUNNER_VARIABLE]: formatRunner(runner) };
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', env });
    onTestFinished(() => void child.kill('SIGKILL'));
    return { run, folder };
  }
  const dead = { pid: process.pid, started: 'long ago' };

  test('removes the processes and the folder of a run whose runner is dead', async () => {
    const { run } = leftover(dead);
    await eventually('its process is there', () => ofRun(run).length === 1 || undefined);
    const cleaned = await clean({ clock });
    expect(cleaned.processes).toBeGreaterThanOrEqual(1);
    expect(cleaned.folders).toBeGreaterThanOrEqual(1);
    expect(await leftOf(run, [])).toEqual([]);
  });

  test('leaves alone what belongs to a runner that lives', async () => {
    const { cluster, run } = await openProcesses({ nodes: ['a'] });
    await cluster.start('a', { command: [process.execPath, `${PROGRAMS}family.mjs`] });
    await clean({ clock });
    expect(await cluster.running('a')).toBe(true);
    expect(existsSync(folderOf(run))).toBe(true);
  });

  test.runIf(process.getuid?.() === 0)("believes nothing in a folder that is somebody else's", async () => {
    const { run, folder } = leftover(dead);
    onTestFinished(() => rmSync(folder.path, { recursive: true }));
    await eventually('its process is there', () => ofRun(run).length === 1 || undefined);
    const theirs = freshRun();
    new RunFolder(theirs).create(dead);
    onTestFinished(() => rmSync(folderOf(theirs), { recursive: true }));
    const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    onTestFinished(() => void bystander.kill('SIGKILL'));
    for (const noted of [new RunFolder(theirs), folder])
      noted.noteProcess(identify(bystander.pid as number) ?? expect.fail('expected it to live'));
    chownSync(folderOf(theirs), 65_534, 65_534);
    chownSync(folder.path, 65_534, 65_534);
    await clean({ clock });
    expect(existsSync(folderOf(theirs))).toBe(true);
    expect(bystander.signalCode).toBeNull();
    expect(identify(bystander.pid as number)).toBeDefined();
  });

  test.runIf(process.getuid?.() === 0)(
    'leaves alone what runs in a container, which knows its runner by another number',
    async () => {
      const run = freshRun();
      const alone = [
        '--pid',
        '--fork',
        '--kill-child',
        process.execPath,
        '-e',
        'setInterval(() => {}, 1000)',
      ];
      const env = { PATH: process.env['PATH'], [RUN_VARIABLE]: run, [RUNNER_VARIABLE]: formatRunner(dead) };
      const outside = spawn('unshare', alone, { env, stdio: 'ignore' });
      onTestFinished(() => void outside.kill('SIGKILL'));
      const children = () =>
        readFileSync(`/proc/${outside.pid}/task/${outside.pid}/children`, 'utf8')
          .trim()
          .split(' ')
          .map(Number);
      const [inside = 0] = await eventually('it runs', () => (children()[0] ? children() : undefined));
      // Its parent is one of ours, and goes; what it started is not seen as ours.
      expect(ofRun(run).map(({ pid }) => pid)).not.toContain(inside);
      const elsewhere = new RunFolder(freshRun());
      elsewhere.create(dead);
      onTestFinished(() => rmSync(elsewhere.path, { recursive: true, force: true }));
      const note = join(elsewhere.path, 'runner');
      const { run: other } = elsewhere;
      writeFileSync(note, JSON.stringify({ run: other, ...dead, machine: 'another.1' }));
      await clean({ clock });
      expect(existsSync(elsewhere.path)).toBe(true);
      writeFileSync(note, JSON.stringify({ run: other, ...dead, machine: thisMachine() }));
      await clean({ clock });
      expect(existsSync(elsewhere.path)).toBe(false);
    },
  );
});

test('a process number that was given away again is not killed', async () => {
  const own = identify(process.pid);
  if (!own) throw new Error('expected to see ourselves');
  const run = freshRun();
  const folder = new RunFolder(run);
  folder.create({ pid: process.pid, started: 'long ago' });
  folder.noteProcess({ ...own, started: 'long ago' });
  expect(remaining(folder, new Set())).toEqual([]);
  expect(await reap(folder, clock, new Set())).toMatchObject({ processes: 0, left: [] });
});
