/** Nodes whose programs start processes that leave their session, their parent and the run's label behind. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import { freshId, freshSeed, integer, seeded } from '../../src/random.js';
import { makeGroup, removeGroup } from '../../src/runtime/control-group.js';
import { entry } from '../../src/runtime/entry.js';
import { FOLDER_PREFIX, folderOf, freshRun } from '../../src/runtime/label.js';
import {
  allProcesses,
  commandOf,
  type ProcessIdentity,
  processesWith,
  stateOf,
} from '../../src/runtime/os-process.js';
import { signalTo } from '../../src/runtime/process-tree.js';
import { clean } from '../../src/runtime/reaper/clean.js';
import { RunFolder } from '../../src/runtime/reaper/run-folder.js';
import { eventually, openProcesses, PROGRAMS, scratch } from './opened.js';

const DIST = dirname(entry('clock.js'));
const random = seeded(freshSeed());
const root = process.getuid?.() === 0;

const trial = await makeGroup(`${FOLDER_PREFIX}trial-${freshId()}`);
if (trial !== undefined) removeGroup(trial);

/** How long something sleeps, by which it is known from everything else on the machine. */
const freshSeconds = () => String(integer(random, 1e6, 1e9));

const sleeping = (seconds: string): ProcessIdentity[] =>
  allProcesses().filter(({ pid }) => commandOf(pid) === `sleep ${seconds}`);

/** The two that a wild node starts; they end with the test, whoever is to end them. */
async function bothOf(seconds: string): Promise<ProcessIdentity[]> {
  onTestFinished(() => {
    for (const one of sleeping(seconds)) signalTo(one, 'SIGKILL');
  });
  return eventually('both sleep', () => {
    const both = sleeping(seconds);
    return both.length === 2 ? both : undefined;
  });
}

const states = (both: readonly ProcessIdentity[]) => both.map(stateOf);
const allGone = (both: readonly ProcessIdentity[]) =>
  eventually('both are gone', () => states(both).every((state) => state === 'gone') || undefined);

/** A process of its own that runs a wild node; without control groups where it is to see none. */
function startRunner(how: string, groups: boolean) {
  const [run, seconds] = [freshRun(), freshSeconds()];
  const runner = [`${PROGRAMS}wild-runner.mjs`, DIST, run, scratch(), how, seconds];
  const hide = 'mount -t tmpfs none /sys/fs/cgroup && exec "$@"';
  const hidden = ['--mount', 'sh', '-c', hide, 'sh', process.execPath, ...runner];
  const child = spawn(groups ? process.execPath : 'unshare', groups ? runner : hidden, {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const close = async () => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.stdin.end();
    await new Promise((resolve) => child.once('close', resolve));
    return JSON.parse(text) as { leaked: string[]; unseen?: string[] };
  };
  return { run, seconds, child, close };
}

/** The control groups of the run: they are beside the one that could be made here. */
const groupsNamed = (run: string) => readdirSync(dirname(trial ?? '/')).filter((name) => name.includes(run));

describe.runIf(trial !== undefined)('in a control group', () => {
  async function open(how: string) {
    const seconds = freshSeconds();
    const opened = await openProcesses({ nodes: ['a'] });
    const command = [process.execPath, `${PROGRAMS}wild.mjs`, how, seconds];
    await opened.cluster.start('a', { command });
    return { ...opened, seconds, both: await bothOf(seconds) };
  }

  test.each(['env', 'clean'])('a node that is killed is dead with all that it started (%s)', async (how) => {
    const { cluster, both } = await open(how);
    await cluster.kill('a', 'SIGKILL');
    await eventually('it is gone', async () => !(await cluster.running('a')) || undefined);
    expect(states(both)).toEqual(['gone', 'gone']);
  });

  test('a node that is paused stands still with all that it started, until it is resumed', async () => {
    const { cluster, both } = await open('clean');
    await cluster.pause('a');
    await eventually('it is paused', async () => (await cluster.paused('a')) || undefined);
    expect(states(both)).toEqual(['stopped', 'stopped']);
    await cluster.resume('a');
    await eventually('both go on', () => states(both).every((state) => state === 'running') || undefined);
  });

  test('a node is not paused while one of its processes goes on', async () => {
    const { cluster, both } = await open('clean');
    await cluster.pause('a');
    await eventually('it is paused', async () => (await cluster.paused('a')) || undefined);
    for (const one of both) signalTo(one, 'SIGCONT');
    expect(await cluster.paused('a')).toBe(false);
  });

  test('a node that is stopped is dead with all that it started', async () => {
    const { cluster, both } = await open('clean');
    expect(await cluster.stop('a', 100)).toMatchObject({ killed: true });
    await allGone(both);
  });

  test('what a node started does not outlive its first process, and hinders no second life', async () => {
    const { cluster, both, told, seconds: before } = await open('clean');
    const first = allProcesses().find(({ pid }) => commandOf(pid).endsWith(`wild.mjs clean ${before}`));
    process.kill(first?.pid ?? expect.fail('expected it to live'), 'SIGUSR2');
    const seconds = freshSeconds();
    await eventually('its end is told', () => told.exits[0]);
    await cluster.start('a', { command: [process.execPath, `${PROGRAMS}wild.mjs`, 'clean', seconds] });
    expect(states(both)).toEqual(['gone', 'gone']);
    expect(await bothOf(seconds)).toHaveLength(2);
  });

  test('after close nothing is left, nor the group', async () => {
    const { cluster, both, run } = await open('clean');
    expect(groupsNamed(run)).not.toEqual([]);
    const { leaked, unseen } = await cluster.close();
    expect({ leaked, unseen }).toEqual({ leaked: [], unseen: undefined });
    expect(states(both)).toEqual(['gone', 'gone']);
    expect(groupsNamed(run)).toEqual([]);
    expect(existsSync(folderOf(run))).toBe(false);
  });

  test('after the death of the runner nothing is left within ten seconds', async () => {
    const { run, seconds, child } = startRunner('clean', true);
    const both = await bothOf(seconds);
    child.kill('SIGKILL');
    await allGone(both);
    await eventually('the folder is gone', () => !existsSync(folderOf(run)) || undefined);
    expect(groupsNamed(run)).toEqual([]);
  });

  test('clean ends it where the reaper is dead, too', async () => {
    const { run, seconds, child } = startRunner('clean', true);
    const both = await bothOf(seconds);
    const reaper = processesWith('FAILOVER_DRILL_RUN').find(
      ({ pid, environment }) =>
        environment['FAILOVER_DRILL_RUN'] === run && commandOf(pid).includes('reaper/process.js'),
    );
    process.kill(reaper?.pid ?? expect.fail('expected a reaper'), 'SIGKILL');
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    expect(states(both)).toEqual(['running', 'running']);
    await clean({ clock });
    expect(states(both)).toEqual(['gone', 'gone']);
    expect(groupsNamed(run)).toEqual([]);
  });

  test('a program that does not exist is told of at its start', async () => {
    const { cluster } = await openProcesses({ nodes: ['a'] });
    await expect(cluster.start('a', { command: ['no-such-program'] })).rejects.toThrow(
      /node a: expected "no-such-program" to start, found .*ENOENT/,
    );
  });
});

test('a folder cannot name a control group that is not its own', () => {
  const folder = new RunFolder(freshRun());
  folder.create({ pid: 1, started: '1' });
  folder.noteGroup('/sys/fs/cgroup');
  expect(folder.group()).toBeUndefined();
});

describe.runIf(root && existsSync('/proc/self/stat'))('without control groups', () => {
  test('what was seen while its parent lived is ended', async () => {
    const { run, seconds, close } = startRunner('slow', false);
    const both = await bothOf(seconds);
    expect(new RunFolder(run).group()).toBeUndefined();
    const orphaned = () => {
      const now = new Map(allProcesses().map((one) => [one.pid, one.parent]));
      return both.every(({ pid }) => now.get(pid) === 1) || undefined;
    };
    await eventually('their parent has ended', orphaned);
    expect(await close()).toMatchObject({ leaked: [] });
    expect(states(both)).toEqual(['gone', 'gone']);
  });

  test('the reaper ends it after the death of the runner', async () => {
    const { seconds, child } = startRunner('slow', false);
    const both = await bothOf(seconds);
    child.kill('SIGKILL');
    await allGone(both);
  });

  test('what nobody can have seen is named, and left alone', async () => {
    const { run, seconds, close } = startRunner('clean', false);
    const both = await bothOf(seconds);
    const { leaked, unseen } = await close();
    expect(unseen).toEqual(
      both.map(({ pid }) =>
        expect.stringContaining(`process ${pid} (sleep ${seconds}), which works in a run's`),
      ),
    );
    expect(leaked).toEqual([]);
    expect(existsSync(folderOf(run))).toBe(false);
    expect(states(both)).toEqual(['running', 'running']);
    // It goes on being found until it has ended.
    expect((await clean({ clock })).left).toEqual(expect.arrayContaining(unseen ?? []));
    for (const one of both) signalTo(one, 'SIGKILL');
    await allGone(both);
    expect((await clean({ clock })).left).not.toEqual(expect.arrayContaining(unseen ?? []));
  });
});
