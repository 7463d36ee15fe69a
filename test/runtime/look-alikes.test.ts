/**
 * What looks like a run's and is somebody else's: labels in environments that others have written, folders that others
 * have made first, processes of another boot. All folders of runs are in a temporary folder of this file's own.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import {
  folderOf,
  formatRunner,
  freshRun,
  isRun,
  RUN_VARIABLE,
  RUNNER_VARIABLE,
} from '../../src/runtime/label.js';
import { allProcesses, commandOf, identify, processesWith, stateOf } from '../../src/runtime/os-process.js';
import { clean } from '../../src/runtime/reaper/clean.js';
import { keptRuns } from '../../src/runtime/reaper/kept.js';
import { remaining } from '../../src/runtime/reaper/reap.js';
import { startReaper } from '../../src/runtime/reaper/reaper.js';
import { RunFolder } from '../../src/runtime/reaper/run-folder.js';
import { eventually } from './opened.js';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
const own = identify(process.pid) ?? expect.fail('expected to see ourselves');
const dead = { ...own, started: '1@another boot' };

const before = process.env.TMPDIR;
const home = mkdtempSync(join(tmpdir(), 'drill-test-'));
chmodSync(home, 0o1777);
process.env.TMPDIR = home;
afterAll(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(home, { recursive: true, force: true });
});

/** A process that does nothing, with a label in its environment. */
async function sleeping(
  run: string,
  runner = formatRunner(dead),
  user: object = {},
  program = ['sleep', '600'],
) {
  const [name = '', ...args] = program;
  const env = { PATH: process.env.PATH, [RUN_VARIABLE]: run, [RUNNER_VARIABLE]: runner };
  const child: ChildProcess = spawn(name, args, { stdio: 'ignore', env, detached: true, ...user });
  onTestFinished(() => void child.kill('SIGKILL'));
  const identity = await eventually('it sleeps', () =>
    commandOf(child.pid ?? 0) === 'sleep 600' ? identify(child.pid ?? 0) : undefined,
  );
  return { ...identity, lives: () => stateOf(identity) !== 'gone' };
}

/** The folder of a run whose runner is dead, with something in it. */
function deadFolder(run = freshRun()): RunFolder {
  const folder = new RunFolder(run);
  folder.create(dead);
  writeFileSync(join(folder.data('a'), 'data'), 'data');
  onTestFinished(() => rmSync(folder.path, { recursive: true, force: true }));
  return folder;
}

/** Something of somebody else's. */
function precious(name = 'precious'): { path: string; isWhole(): boolean } {
  const path = join(home, name);
  mkdirSync(path);
  writeFileSync(join(path, 'thing'), 'thing');
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return { path, isWhole: () => readFileSync(join(path, 'thing'), 'utf8') === 'thing' };
}

describe('a label', () => {
  const WRONG = [
    'x/../victim',
    '../victim',
    '..',
    '',
    '0123456789/',
    '0123456789\n',
    '0123456789a',
    'ABCDEF0123',
  ];

  test.each(WRONG)('of another form is none: %j', async (label) => {
    const victim = precious('victim');
    const theirs = await sleeping(label, undefined, isRoot ? { uid: NOBODY, gid: NOBODY } : {});
    const ours = await sleeping(label);
    expect(isRun(label)).toBe(false);
    expect(() => folderOf(label)).toThrow('the label of a run');
    await clean({ clock });
    expect([victim.isWhole(), theirs.lives(), ours.lives()]).toEqual([true, true, true]);
  });

  test('that is minted is one', () => {
    expect(isRun(freshRun())).toBe(true);
  });

  test.runIf(isRoot)("in another user's process names no run of ours, and no process to end", async () => {
    const run = freshRun();
    const theirs = await sleeping(run, undefined, { uid: NOBODY, gid: NOBODY });
    expect(processesWith(RUN_VARIABLE).map(({ pid }) => pid)).not.toContain(theirs.pid);
    expect(await clean({ clock })).toMatchObject({ processes: 0, folders: 0, left: [] });
    expect(theirs.lives()).toBe(true);
    // One of our own of the same label goes, and that of the other user stays.
    const ours = await sleeping(run);
    await clean({ clock });
    expect([ours.lives(), theirs.lives()]).toEqual([false, true]);
  });

  test.runIf(isRoot)('in the environment of one who has taken our rights is theirs', async () => {
    const rights = ['setpriv', '--ruid', String(NOBODY), '--euid', '0', 'sleep', '600'];
    const theirs = await sleeping(freshRun(), undefined, {}, rights);
    await clean({ clock });
    expect(theirs.lives()).toBe(true);
  });

  test('of a run that is under way is not ended by a process that names another runner', async () => {
    const run = freshRun();
    const [one, other] = [await sleeping(run, formatRunner(own)), await sleeping(run, 'nonsense')];
    const last = await sleeping(run);
    await clean({ clock });
    expect([one, other, last].map(({ lives }) => lives())).toEqual([true, true, true]);
  });
});

type Spoil = (folder: RunFolder) => void;
const SPOILT: Readonly<Record<string, Spoil>> = {
  'open to others': ({ path }) => chmodSync(path, 0o777),
  'that others may read': ({ path }) => chmodSync(path, 0o750),
  'with the note of another run': ({ path }) => {
    const other = new RunFolder(freshRun());
    other.create(dead);
    rmSync(path, { recursive: true });
    renameSync(other.path, path);
  },
  'without a note': ({ path }) => rmSync(join(path, 'runner')),
  'whose note was cut short': ({ path }) => writeFileSync(join(path, 'runner'), '{"pid":12'),
  'whose note is a link': ({ path }) => {
    renameSync(join(path, 'runner'), `${path}.note`);
    onTestFinished(() => rmSync(`${path}.note`, { force: true }));
    symlinkSync(`${path}.note`, join(path, 'runner'));
  },
  'that is a link to one': ({ path }) => {
    renameSync(path, `${path}.away`);
    onTestFinished(() => rmSync(`${path}.away`, { recursive: true }));
    symlinkSync(`${path}.away`, path);
  },
  ...(isRoot ? { "that is another user's": ({ path }: RunFolder) => chownSync(path, NOBODY, NOBODY) } : {}),
};

describe.each(Object.entries(SPOILT))('a folder %s', (_, spoil) => {
  test('is not removed, and its notes are not believed', async () => {
    const folder = deadFolder();
    const bystander = spawn('sleep', ['600'], { stdio: 'ignore', detached: true });
    onTestFinished(() => void bystander.kill('SIGKILL'));
    const living = identify(bystander.pid ?? 0) ?? expect.fail('expected it to live');
    folder.noteProcess(living);
    folder.noteKept({ drill: 'd', file: 'f', folder: 'o', runtime: 'process', how: 'up', since: '2026' });
    const label = await sleeping(folder.run);
    spoil(folder);
    await clean({ clock });
    expect(keptRuns()).toEqual([]);
    expect(existsSync(join(folder.path, 'data')) || existsSync(folder.path)).toBe(true);
    // What has the label is ours all the same.
    expect(label.lives()).toBe(false);
    expect(stateOf(living)).not.toBe('gone');
  });
});

describe('a folder', () => {
  test('that is as a run’s but for its note is named', async () => {
    const folder = deadFolder();
    writeFileSync(join(folder.path, 'runner'), '{"pid":12');
    const { left } = await clean({ clock });
    expect(left).toEqual([expect.stringMatching(`^folder ${folder.path} \\(it is named as a run's`)]);
  });

  test('goes with the links in it, and not with what they lead to', async () => {
    const { path, isWhole } = precious();
    const folder = deadFolder();
    symlinkSync(path, join(folder.data('a'), 'link'));
    await clean({ clock });
    expect(existsSync(folder.path)).toBe(false);
    expect(isWhole()).toBe(true);
  });

  test.runIf(isRoot)('in which something is mounted stays until it is unmounted', async () => {
    const { path, isWhole } = precious();
    const folder = deadFolder();
    const point = folder.data('a');
    execFileSync('mount', ['--bind', path, point]);
    onTestFinished(() => void (existsSync(join(point, 'thing')) && execFileSync('umount', [point])));
    const { left } = await clean({ clock });
    expect(left).toEqual([`folder ${folder.path} (${point} is mounted in it: unmount it first)`]);
    expect(isWhole()).toBe(true);
    execFileSync('umount', [point]);
    await clean({ clock });
    expect(existsSync(folder.path)).toBe(false);
  });

  test('of another form of name stays', async () => {
    const names = [
      'failover-drill-doctor-aB3xyz',
      'failover-drill-',
      'failover-drill-mine',
      '.failover-drill',
    ];
    const folders = names.map((name) => precious(name));
    await clean({ clock });
    expect(folders.map(({ isWhole }) => isWhole())).toEqual(names.map(() => true));
  });
});

describe('a folder that somebody else has made first', () => {
  test.each(['a folder', 'a link'])('is no run’s: %s', async (kind) => {
    const run = freshRun();
    const { path, isWhole } = precious();
    const place = folderOf(run);
    if (kind === 'a link') symlinkSync(path, place);
    else {
      mkdirSync(place);
      chmodSync(place, 0o777);
      symlinkSync(join(path, 'thing'), join(place, 'runner'));
      if (isRoot) chownSync(place, NOBODY, NOBODY);
    }
    onTestFinished(() => rmSync(place, { recursive: true, force: true }));
    const bystander = await sleeping(run, formatRunner(own));
    await expect(startReaper(run, clock, process.env)).rejects.toThrow(
      /the reaper did not start: found .*: expected no folder of this name, found one that was there before/,
    );
    expect(isWhole()).toBe(true);
    expect(existsSync(place)).toBe(true);
    // Nothing of that run was ours yet.
    expect(bystander.lives()).toBe(true);
  });

  test('a temporary folder in which everybody can replace folders is refused', () => {
    chmodSync(home, 0o777);
    onTestFinished(() => chmodSync(home, 0o1777));
    expect(() => new RunFolder(freshRun()).create(own)).toThrow(/chmod \+t/);
  });

  test('a folder is closed to others from its beginning, whatever the mask', () => {
    const mask = process.umask(0);
    onTestFinished(() => void process.umask(mask));
    expect(deadFolder().isThere()).toBe(true);
  });
});

test.runIf(existsSync('/proc/self/stat'))(
  'a session that no process of the run has begun is not the run’s',
  async () => {
    const shell = spawn('sh', ['-c', 'sleep 600 & sleep 600 & wait'], { stdio: 'ignore', detached: true });
    const inside = () => allProcesses().filter(({ session }) => session === shell.pid);
    onTestFinished(() => void process.kill(-(shell.pid ?? 0), 'SIGKILL'));
    await eventually('all are there', () => inside().length === 3 || undefined);
    const [noted] = inside().filter(({ pid }) => pid !== shell.pid);
    const folder = deadFolder();
    folder.noteProcess(noted ?? expect.fail('expected one'));
    expect(remaining(folder, new Set()).map(({ pid }) => pid)).toEqual([noted?.pid]);
  },
);

describe.runIf(existsSync('/proc/self/stat'))('a process of another boot', () => {
  const [ticks, boot] = own.started.split('@');

  test('is known by its boot', () => {
    expect(boot).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  });

  test('with the same number and start is another one', async () => {
    const folder = deadFolder();
    folder.noteProcess({ pid: own.pid, started: `${ticks}@${freshRun()}` });
    expect(remaining(folder, new Set())).toEqual([]);
    expect(await clean({ clock })).toMatchObject({ processes: 0, folders: 1 });
  });

  test('is no living runner', async () => {
    const folder = new RunFolder(freshRun());
    folder.create({ pid: own.pid, started: `${ticks}@${freshRun()}` });
    expect(await clean({ clock })).toMatchObject({ folders: 1 });
    expect(existsSync(folder.path)).toBe(false);
  });
});
