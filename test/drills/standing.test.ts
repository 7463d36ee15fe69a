/** Topologies that outlive their command: `drill up` and `drill down`, and `drill run --keep`. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import { decodeHistory } from '../../src/history/codec.js';
import { HttpClient } from '../../src/reference/client.js';
import { engineClient, findEngine } from '../../src/runtime/docker/engine.js';
import { lookInEngine } from '../../src/runtime/docker/look.js';
import { folderOf } from '../../src/runtime/label.js';
import { RunFolder } from '../../src/runtime/reaper/run-folder.js';
import { http } from '../http.js';
import { withEngine } from '../runtime/docker/engine.js';
import { CLI, drill, type Ended, freshFolder, labelledProcesses, ROOT, startDrill } from './drill-command.js';
import { IDENTICAL, judgedAgain } from './judged-again.js';

const PATIENT = 'test/drills/lifecycle/patient.yaml';
const HOPELESS = 'test/drills/lifecycle/hopeless.yaml';
const LONG = 'test/drills/lifecycle/long.yaml';

/** The label of the run that a command left; it goes away with the test whatever happens. */
function leftBy({ stdout, stderr }: Ended, environment: Record<string, string> = {}): string {
  const run = /drill down ([0-9a-f]{10})\n/.exec(stdout)?.[1];
  if (run === undefined) throw new Error(`nothing was left:\n${stdout}\n${stderr}`);
  onTestFinished(async () => void (await startDrill(['down', run], environment).ended), 120_000);
  return run;
}

/** The address in the row of a table that begins with `name`. */
function addressOf(stdout: string, name: string): { host: string; port: number } {
  const row = stdout.split('\n').find((line) => line.startsWith(`${name} `)) ?? '';
  const [, host = '', port = ''] = /(127\.0\.0\.1):(\d+)$/.exec(row) ?? [];
  return { host, port: Number(port) };
}

async function everythingOf(run: string): Promise<string[]> {
  const here = labelledProcesses().filter((process) => process.run === run);
  const engine = await findEngine(process.env, clock).catch(() => undefined);
  const there = engine ? (await lookInEngine(await engineClient(engine.address), run)).found : [];
  const folder = existsSync(folderOf(run)) ? ['its folder'] : [];
  return [...here.map(({ pid }) => `process ${pid}`), ...there, ...folder];
}

/** The reaper is the last to go, after all that it looks after. */
async function nothingLeft(run: string): Promise<void> {
  let left = await everythingOf(run);
  const end = Date.now() + 120_000;
  while (left.length > 0 && Date.now() < end) left = await everythingOf(run);
  expect(left).toEqual([]);
}

/** The runs whose runner is a child of this process. */
function runsOfKeepersOf(command: number | undefined): string[] {
  const isChild = (pid: number) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(command);
    } catch {
      // It ended meanwhile.
      return false;
    }
  };
  const runs = labelledProcesses().filter(({ runner }) => isChild(runner));
  return [...new Set(runs.map(({ run }) => run))];
}

async function put(address: { host: string; port: number }, key: string, value: unknown) {
  const client = new HttpClient(address);
  const signal = AbortSignal.timeout(10_000);
  const result = await client.exchange('PUT', `/kv/${key}`, JSON.stringify(value), signal);
  client.close();
  return result.kind === 'answer' ? result.status : result.kind;
}

const answers = (address: { host: string; port: number }) =>
  http(address, '/role', AbortSignal.timeout(10_000)).then(
    ({ status }) => status,
    () => 'nothing',
  );

const REMOVED = {
  process: / [1-9]\d* processes, 1 folder/,
  docker: / [1-9]\d* processes, 1 folder, 6 containers, 4 networks, 3 volumes$/m,
};

function outlives(runtime: keyof typeof REMOVED): void {
  const on = ['--runtime', runtime];

  it('up prints addresses that can be used, and outlives its command until down', async () => {
    const out = freshFolder();
    const up = await drill('up', PATIENT, ...on, '--out', out);
    expect(up.code, `${up.stdout}\n${up.stderr}`).toBe(0);
    const run = leftBy(up);
    for (const node of ['a', 'b']) expect(await answers(addressOf(up.stdout, node))).toBe(200);
    const [toA, toB] = ['client:app->a', 'client:app->b'].map((link) => addressOf(up.stdout, link));
    expect(await put(toA!, 'k', 1)).toBe(200);
    // A link is cut by hand, as the text says, and only that one.
    const server = /http:\/\/127\.0\.0\.1:\d+(?= +client:app +a b)/.exec(up.stdout)?.[0];
    const cut = (enabled: boolean) =>
      fetch(`${server}/proxies/${run}.client_app.a`, { method: 'POST', body: JSON.stringify({ enabled }) });
    expect((await cut(false)).status).toBe(200);
    expect(await answers(toA!)).toBe('nothing');
    expect(await answers(toB!)).toBe(200);
    expect((await cut(true)).status).toBe(200);
    expect(await answers(toA!)).toBe(200);

    const cleaned = await drill('clean');
    expect(cleaned.stdout).toContain(`left alone: ${run} (patient on ${runtime}, up since `);
    expect(await answers(toA!)).toBe(200);

    const other = await drill('down', 'no-such-thing');
    expect(other.code).toBe(0);
    expect(other.stdout).toMatch(/nothing to remove: "no-such-thing" is not up; up are:\n/);
    const down = await drill('down', PATIENT);
    expect(down.code, down.stderr).toBe(0);
    expect(down.stdout).toContain(`removed ${run} (patient on ${runtime}`);
    expect(down.stdout).toMatch(REMOVED[runtime]);
    expect(await everythingOf(run)).toEqual([]);
    expect((await drill('down', run)).stdout).toMatch(/^nothing to remove: /);
    // Its history tells what happened meanwhile, and of its end.
    const { events, flaws } = decodeHistory(readFileSync(join(out, 'patient/up/history.jsonl')));
    expect(flaws).toEqual([]);
    expect(events.find((event) => event.type === 'inventory')).toMatchObject({ leaked: [] });
  });

  it('a keeper that is killed leaves nothing behind', async () => {
    const run = leftBy(await drill('up', PATIENT, ...on, '--out', freshFolder()));
    const keeper = new RunFolder(run).runner();
    process.kill(keeper?.pid ?? 0, 'SIGKILL');
    await nothingLeft(run);
    expect((await drill('down', run)).stdout).toMatch(/^nothing to remove: /);
  });

  it('an up that is interrupted takes everything down', async () => {
    const out = freshFolder();
    const running = startDrill(['up', PATIENT, ...on, '--out', out]);
    await running.printed(/a is starting/);
    running.child.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(130);
    const { events } = decodeHistory(readFileSync(join(out, 'patient/up/history.jsonl')));
    expect(events.find((event) => event.type === 'inventory')).toMatchObject({ leaked: [] });
  });

  it('a drill that did not pass is kept as it is, the first one of several, and judged as ever', async () => {
    const out = freshFolder();
    const ended = await drill('run', HOPELESS, ...on, '--repeat', '2', '--keep', '--out', out);
    expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(1);
    const run = leftBy(ended);
    expect(ended.stdout).toContain(`kept as it is: run ${run}`);
    expect(ended.stdout).toContain('1 failed, 1 not begun; reports in');
    expect(existsSync(join(out, 'hopeless/2'))).toBe(false);
    for (const node of ['a', 'b']) expect(await answers(addressOf(ended.stdout, node))).toBe(200);
    expect(await put(addressOf(ended.stdout, 'client:app->a'), 'k', 1)).toBe(200);
    // What stays because it was asked for is no leak.
    const verdict = JSON.parse(readFileSync(join(out, 'hopeless/1/verdict.json'), 'utf8'));
    const failed = verdict.findings.filter((one: { verdict: string }) => one.verdict !== 'pass');
    expect(failed.map((one: { expectation: string }) => one.expectation)).toEqual(['outage']);
    expect(verdict.inventory).toMatchObject({ leaked: [], kept: run });
    expect(judgedAgain(join(out, 'hopeless/1')).beside).toEqual(IDENTICAL);
    const down = await drill('down', run);
    expect(down.code, down.stderr).toBe(0);
    expect(await everythingOf(run)).toEqual([]);
  });

  it('a drill that passed is taken down, whether or not one is to be kept', async () => {
    const out = freshFolder();
    const ended = await drill('run', PATIENT, ...on, '--keep', '--out', out);
    expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(0);
    expect(ended.stdout).not.toContain('drill down');
    const { inventory } = JSON.parse(readFileSync(join(out, 'patient/1/verdict.json'), 'utf8'));
    expect(inventory).toMatchObject({ leaked: [], kept: null });
    expect(Object.values(inventory.after.run).every((count) => count === 0)).toBe(true);
  });

  it('a command that is killed while its drill goes on in a keeper leaves nothing behind', async () => {
    const running = startDrill(['run', LONG, ...on, '--keep', '--out', freshFolder()]);
    await running.printed(/reached: in-sync/);
    const runs = runsOfKeepersOf(running.child.pid);
    expect(runs).toHaveLength(1);
    running.child.kill('SIGKILL');
    await running.ended;
    await nothingLeft(runs[0] ?? '');
  });
}

describe('on local processes', () => outlives('process'));

withEngine(() => {
  describe('in containers', () => outlives('docker'));
});

it('down asks which of several is meant, removes all where that is asked for, and says so where there is none', async () => {
  // A temporary folder of its own: what anybody else has up on this machine is not ours to remove.
  const apart = { TMPDIR: freshFolder() };
  const command = (...args: string[]) => startDrill(args, apart).ended;
  const up = () => command('up', PATIENT, '--runtime', 'process', '--out', freshFolder());
  const runs = (await Promise.all([up(), up()])).map((ended) => leftBy(ended, apart));
  const asked = await command('down');
  expect(asked.code).toBe(2);
  expect(asked.stderr).toMatch(/expected which one to remove, or --all, found 2 that are up:\n/);
  for (const run of runs) expect(asked.stderr).toContain(`  ${run} (patient on process, up since `);
  const down = await command('down', '--all');
  expect(down.code, down.stderr).toBe(0);
  for (const run of runs) expect(down.stdout).toContain(`removed ${run} `);
  expect(labelledProcesses().filter(({ run }) => runs.includes(run))).toEqual([]);
  expect(await command('down')).toMatchObject({ code: 0, stdout: 'nothing to remove: nothing is up\n' });
});

it('up asks for nothing that only the steps need', async () => {
  const file = join(freshFolder(), 'hard.yaml');
  const hard = readFileSync(join(ROOT, PATIENT), 'utf8').replace(
    '- wait: 200ms',
    '- cpu: { target: b, limit: 10%, for: 1s }',
  );
  writeFileSync(file, hard);
  const out = freshFolder();
  const run = await drill('run', file, '--runtime', 'process', '--out', out);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain('hard.yaml:14:5: expected a runtime that can do `cpu`');
  const up = await drill('up', file, '--runtime', 'process', '--out', out);
  expect(up.code, up.stderr).toBe(0);
  const down = await drill('down', leftBy(up));
  expect(down.code, down.stderr).toBe(0);
});

it('down never touches a drill that is under way', async () => {
  // Long enough for the other command to come up meanwhile.
  const file = join(freshFolder(), 'slow.yaml');
  const slow = readFileSync(join(ROOT, PATIENT), 'utf8').replace('- wait: 200ms', '- wait: 5s');
  writeFileSync(file, slow);
  const running = startDrill(['run', file, '--out', freshFolder()]);
  await running.printed(/reached: in-sync/);
  const own = labelledProcesses().filter(({ runner }) => runner === running.child.pid);
  const refused = await drill('down', own[0]?.run ?? '');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/found a drill that is under way; end it with Ctrl-C/);
  expect((await running.ended).code).toBe(0);
});

const ALONE = ['--pid', '--fork', '--mount-proc', '--kill-child', '--', process.execPath];
const canBeAlone = spawnSync('unshare', [...ALONE, '-e', '0']).status === 0;
it.skipIf(!canBeAlone)('clean with --all also removes what was to stay', () => {
  const program = join(import.meta.dirname, 'lifecycle/clean-all.mjs');
  const { stdout, stderr } = spawnSync('unshare', [...ALONE, program, CLI, PATIENT], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const seen = JSON.parse(stdout || JSON.stringify({ stderr }));
  expect(seen.up.status, JSON.stringify(seen)).toBe(0);
  // Two nodes, the supervisor, the Toxiproxy, the reaper; and the keeper.
  expect(seen.during).toBe(6);
  expect(seen.clean.stdout).toMatch(
    /^removed 5 processes, 0 containers, networks and volumes, and 1 folders/,
  );
  expect(seen.clean.status).toBe(0);
  expect(seen).toMatchObject({ after: 0, left: [] });
});
