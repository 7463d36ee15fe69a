/** How a run ends before its time: Ctrl-C, SIGKILL of the runner, a disk that is full, a folder that is none. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { integer, seeded } from '../../src/random.js';
import {
  becomes,
  drill,
  freshFolder,
  labelledProcesses,
  ROOT,
  runFolders,
  startDrill,
  verdictIn,
} from './drill-command.js';
import { judgedAgain } from './judged-again.js';

/** Each kind of process, and every phase, within five seconds. */
const DRILL = 'test/drills/containers/cut.yaml';
const random = seeded('ending');
/** `KILLS=20 npx vitest run test/drills/ending.test.ts -t SIGKILL` for more moments than every run needs. */
const COUNT = Number(process.env.KILLS ?? 3);
/** After the beginning of a run, ms: in every phase of it. */
const MOMENTS = Array.from({ length: COUNT }, () => integer(random, 0, 4000));

/** Starts a drill; resolves so long after it has printed that. */
async function after(ms: number, pattern: RegExp, out: string) {
  const running = startDrill(['run', DRILL, '--out', out]);
  await running.printed(pattern);
  await new Promise((done) => setTimeout(done, ms));
  return running;
}

/** All TCP sockets of the machine. */
const listening = () => readFileSync('/proc/net/tcp', 'utf8');

describe('a run that is interrupted', () => {
  it.each(MOMENTS)('by Ctrl-C after %i ms takes everything down and exits with 130', async (ms) => {
    const out = freshFolder();
    const running = await after(ms, /phase: up/, out);
    running.child.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(130);
    expect(stderr).not.toMatch(/internal error/);
    expect(labelledProcesses().filter(({ runner }) => runner === running.child.pid)).toEqual([]);
    expect(verdictIn(out, 'cut').verdict).toBe('inconclusive');
    expect(existsSync(join(out, 'junit.xml'))).toBe(true);
  });

  it('by Ctrl-C before it has begun ends all the same', async () => {
    const running = startDrill(['run', DRILL, '--out', freshFolder()]);
    await new Promise((done) => setTimeout(done, 150));
    running.child.kill('SIGINT');
    const { code, signal, stderr } = await running.ended;
    // Before Node has come to our first line, the signal ends it by itself; a shell says 130 of that, too.
    expect(signal ?? code, stderr).toBeOneOf(['SIGINT', 130]);
    expect(stderr).not.toMatch(/internal error/);
    expect(labelledProcesses().filter(({ runner }) => runner === running.child.pid)).toEqual([]);
  });

  it('by Ctrl-C in mid-drill leaves a partial report', async () => {
    const out = freshFolder();
    const running = startDrill(['run', DRILL, '--out', out]);
    await running.printed(/is in force/);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    const verdict = verdictIn(out, 'cut');
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.counts.ok).toBeGreaterThan(0);
    expect(readFileSync(join(out, 'summary.md'), 'utf8')).toContain('inconclusive');
  });
});

describe('a runner that is killed', () => {
  it.each(MOMENTS)('with SIGKILL after %i ms leaves nothing behind but a readable history', async (ms) => {
    const out = freshFolder();
    const running = await after(ms, / is starting/, out);
    const before = new Set(runFolders());
    const own = () => labelledProcesses().filter(({ runner }) => runner === running.child.pid);
    const runs = new Set(own().map(({ run }) => run));
    expect(runs.size).toBe(1);
    running.child.kill('SIGKILL');
    await running.ended;
    expect(await becomes(10_000, () => own().length === 0), JSON.stringify(own())).toBe(true);
    const left = () =>
      runFolders().filter((name) => before.has(name) && [...runs].some((run) => name.includes(run)));
    expect(await becomes(10_000, () => left().length === 0)).toBe(true);
    const { history, verdict } = judgedAgain(join(out, 'cut/1'));
    expect(history.events.length).toBeGreaterThan(0);
    expect(history.flaws.length).toBeGreaterThan(0);
    expect(verdict.verdict).toBe('inconclusive');
  });
});

describe('a run with a defect', () => {
  it.each([
    ['an error that is thrown', 'throw new Error("planted")'],
    ['a rejection', 'Promise.reject(new Error("planted"))'],
  ])('%s where nobody catches it takes everything down, exit 3', async (_what, how) => {
    const out = freshFolder();
    const planted = join(out, 'planted.mjs');
    writeFileSync(
      planted,
      `if (process.argv[1]?.endsWith('cli.js')) process.on('SIGUSR2', () => { ${how}; });\n`,
    );
    const running = startDrill(['run', DRILL, '--out', out], { NODE_OPTIONS: `--import ${planted}` });
    await running.printed(/is in force/);
    running.child.kill('SIGUSR2');
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(/internal error: planted; please report it with this:\nError: planted\n +at /);
    expect(labelledProcesses().filter(({ runner }) => runner === running.child.pid)).toEqual([]);
    expect(verdictIn(out, 'cut').verdict).toBe('inconclusive');
    expect(existsSync(join(out, 'junit.xml'))).toBe(true);
  });

  it('where the command comes to an end without an answer exits with 3', async () => {
    const planted = join(freshFolder(), 'planted.mjs');
    // What a promise that is never settled does: nothing is left to wait for.
    writeFileSync(planted, 'Promise.all = () => new Promise(() => {});\n');
    const running = startDrill(['validate', DRILL], { NODE_OPTIONS: `--import ${planted}` });
    const { code, stderr } = await running.ended;
    expect(code).toBe(3);
    expect(stderr).toBe('drill: internal error: the command came to no end; please report it\n');
  });
});

describe('a run that cannot write', () => {
  it('into a path under a file says so and exits with 3', async () => {
    const file = join(freshFolder(), 'file');
    writeFileSync(file, '');
    const { code, stderr } = await drill('run', DRILL, '--out', join(file, 'out'));
    expect(code).toBe(3);
    expect(stderr).toMatch(/--out/);
    expect(stderr).not.toMatch(/at .*\.js:\d+/);
  });

  it('because the disk is full ends early, takes everything down and exits with 3', async () => {
    const out = freshFolder();
    // A limit on the size of files is a full disk that needs no disk: writes past it fail.
    const running = startDrill(['run', DRILL, '--out', out]);
    await running.printed(/phase: steady/);
    execFileSync('prlimit', ['--pid', String(running.child.pid), '--fsize=30000:30000']);
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(/the history cannot be written/);
    expect(labelledProcesses().filter(({ runner }) => runner === running.child.pid)).toEqual([]);
    // What is left of it is reported, and is no pass.
    expect(readFileSync(join(out, 'summary.md'), 'utf8')).toContain('inconclusive');
    expect(readFileSync(join(out, 'junit.xml'), 'utf8')).toMatch(
      /<error [\s\S]*the history cannot be written[\s\S]*<\/error>/,
    );
  });

  it('one drill of several takes the others down, reports what was done and exits with 3', async () => {
    const out = freshFolder();
    // In place of the folder of one of them there is a file.
    writeFileSync(join(out, 'kill-primary'), '');
    const [short, bad] = ['test/drills/lifecycle/patient.yaml', 'drills/kill-primary.yaml'];
    const running = startDrill(['run', DRILL, short, bad, '--parallel', '2', '--out', out]);
    const { code, stdout, stderr } = await running.ended;
    expect(code, `${stdout}\n${stderr}`).toBe(3);
    expect(stderr).toContain(join(out, 'kill-primary'));
    expect(labelledProcesses().filter(({ runner }) => runner === running.child.pid)).toEqual([]);
    expect(verdictIn(out, 'patient').verdict).toBe('pass');
    expect(verdictIn(out, 'cut').verdict).toBe('inconclusive');
    const junit = readFileSync(join(out, 'junit.xml'), 'utf8');
    expect([...junit.matchAll(/<testsuite name="([^"]+)"/g)].map(([, name]) => name)).toEqual([
      'process.test.drills.containers.cut',
      'process.test.drills.lifecycle.patient',
    ]);
    expect(existsSync(join(out, 'summary.md'))).toBe(true);
  });

  it('because an earlier run of one of its drills is there says so before anything starts, and exits with 3', async () => {
    const out = freshFolder();
    const file = join(out, 'cut', '1', 'history.jsonl');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'what was seen then\n');
    const short = 'test/drills/lifecycle/patient.yaml';
    const { code, stderr } = await drill('run', short, DRILL, '--parallel', '2', '--out', out);
    expect(code, stderr).toBe(3);
    expect(stderr).toBe(
      `drill: ${file}: expected no history yet, found that of an earlier run; give another folder with --out, or remove what is there\n`,
    );
    expect(readdirSync(out)).toEqual(['cut']);
    expect(readFileSync(file, 'utf8')).toBe('what was seen then\n');
  });
});

it('a Toxiproxy that does not answer is named, and the run is inconclusive', async () => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  const { code, stdout } = await drill(
    'run',
    DRILL,
    '--out',
    freshFolder(),
    '--toxiproxy',
    `http://127.0.0.1:${port}`,
  );
  server.close();
  expect(code).toBe(3);
  expect(stdout).toContain(`127.0.0.1:${port}`);
});

it('nobody listens on a port of a run once it is over', async () => {
  const running = startDrill(['run', 'drills/kill-primary.yaml', '--out', freshFolder()]);
  await running.printed(/reached: steady/);
  const during = listening();
  await running.ended;
  const after = listening();
  // 0A is LISTEN; the run's blocks begin at port 10240, which is 2800 in hexadecimal.
  const ports = (text: string) =>
    new Set([...text.matchAll(/0100007F:([0-9A-F]{4}) 00000000:0000 0A/g)].map(([, port]) => port!));
  expect(ports(during).size).toBeGreaterThan(30);
  expect([...ports(after)].filter((port) => ports(during).has(port)).length).toBeLessThan(
    ports(during).size - 30,
  );
});

it('a run whose reaper cannot start is inconclusive, and leaves no reaper', async () => {
  const running = startDrill(['run', DRILL, '--out', freshFolder()], { TMPDIR: join(ROOT, 'package.json') });
  const { code, stdout, stderr } = await running.ended;
  expect(code, `${stdout}\n${stderr}`).toBe(3);
  expect(stdout).toMatch(/the reaper did not start: found ENOTDIR/);
  expect(stdout).not.toContain('FAIL');
  expect(labelledProcesses().filter(({ runner }) => runner === running.child.pid)).toEqual([]);
});
