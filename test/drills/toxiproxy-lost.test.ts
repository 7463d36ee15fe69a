/** Toxiproxy is killed, or stops, in mid-drill: whichever carries the links, the drill ends soon and blames nobody else. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Verdict } from '../../src/checker/verdict.js';
import { decodeHistory } from '../../src/history/codec.js';
import { integer, seeded } from '../../src/random.js';
import { SILENCE } from '../../src/runtime/links/proxies/toxiproxy-watch.js';
import { withEngine } from '../runtime/docker/engine.js';
import {
  freshFolder,
  labelledProcesses,
  ROOT,
  type Running,
  startDrill,
  verdictIn,
} from './drill-command.js';

const DRILL = 'drills/split-brain.yaml';
/** In containers a smaller one, which goes on until it is ended. */
const IN_CONTAINERS = 'test/drills/lifecycle/long.yaml';
const nameOf = (drill: string) => basename(drill, '.yaml');
const SERVER = join(ROOT, 'dist/toxiproxy/process.js');
/** `KILLS=20 npx vitest run test/drills/toxiproxy-lost.test.ts` for more moments than every run needs. */
const COUNT = Number(process.env.KILLS ?? 1);
const random = seeded('toxiproxy lost');
/** Time between the first primary and the loss, ms: before the steps, in them, after them. */
const moments = () => Array.from({ length: COUNT }, () => integer(random, 0, 4000));
const SIGNALS = ['SIGKILL', 'SIGSTOP'] as const;
const LONGEST = 10_000;

/** How the links are carried, and how to find the process that does it. */
interface Kind {
  /** As the problem names it. */
  named: RegExp;
  args: readonly string[];
  environment: Record<string, string>;
  pid(running: Running): number;
}

/** The Toxiproxy that a runner has started. */
function started({ child }: Running): number {
  const found = labelledProcesses().find(
    ({ pid, runner }) =>
      runner === child.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('toxiproxy/process.js'),
  );
  return found?.pid ?? expect.fail('a Toxiproxy of the runner');
}

/** A Toxiproxy that is there before the drill, and after it. */
async function standing(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [SERVER, '--listen', '127.0.0.1:0']);
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  return { child, url: (JSON.parse(String(line)) as { url: string }).url };
}

/** A folder with a `toxiproxy-server` that takes the real one's options. */
function onPath(): string {
  const folder = freshFolder();
  const file = join(folder, 'toxiproxy-server');
  writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${SERVER}" --listen "$2:$4"\n`);
  chmodSync(file, 0o755);
  return folder;
}

const KINDS: Record<string, () => Promise<Kind>> = {
  embedded: async () => ({
    named: /Toxiproxy at http:\/\/127\.0\.0\.1:\d+ \(embedded\) no longer answers/,
    args: ['--toxiproxy', 'embedded'],
    environment: {},
    pid: started,
  }),
  'on PATH': async () => ({
    named: /Toxiproxy at http:\/\/127\.0\.0\.1:\d+ \(toxiproxy-server on PATH\) no longer answers/,
    args: [],
    environment: { PATH: `${onPath()}:${process.env.PATH}` },
    pid: started,
  }),
  'given by its URL': async () => {
    const { child, url } = await standing();
    return {
      named: new RegExp(`Toxiproxy at ${url} \\(given\\) no longer answers`),
      args: ['--toxiproxy', url],
      environment: {},
      pid: () => child.pid as number,
    };
  },
};

/** Runs the drill up to the moment, does that to its Toxiproxy, and sees how it ends. */
async function lose(running: Running, verdict: () => Verdict, ms: number, harm: () => void): Promise<string> {
  await running.printed(/ is primary in term /);
  await new Promise((done) => setTimeout(done, ms));
  const lostAt = process.hrtime.bigint();
  harm();
  const { code, stdout, stderr } = await running.ended;
  const took = Number(process.hrtime.bigint() - lostAt) / 1e6;
  expect(code, `${stdout}\n${stderr}`).toBe(3);
  expect(verdict().findings.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
  expect(took, stdout).toBeLessThan(LONGEST);
  return stdout;
}

/** The instants (s) of the problem's `lost` and of the problem itself. */
function lostIn(out: string, drill = DRILL): { lost: number; told: number } {
  const { events } = decodeHistory(readFileSync(join(out, nameOf(drill), '1/history.jsonl')));
  const problem = events.find((event) => event.type === 'problem' && event.lost !== undefined);
  if (problem?.type !== 'problem' || problem.lost === undefined) return expect.fail('a problem with `lost`');
  return { lost: problem.lost / 1e9, told: problem.time / 1e9 };
}

describe.each(Object.keys(KINDS))('a Toxiproxy %s', (kind) => {
  describe.each(SIGNALS)('by %s', (signal) => {
    it.each(moments())('%i ms after the first primary makes the drill inconclusive, named', async (ms) => {
      const { named, args, environment, pid } = await KINDS[kind]!();
      const out = freshFolder();
      const running = startDrill(['run', DRILL, '--out', out, ...args], environment);
      const verdict = () => verdictIn(out, nameOf(DRILL));
      const stdout = await lose(running, verdict, ms, () => process.kill(pid(running), signal));
      expect(stdout).toMatch(named);
      expect(stdout).toContain('; the links of this drill went through it');
      const { lost, told } = lostIn(out);
      expect(told - lost).toBeGreaterThan(0);
      expect(told - lost).toBeLessThan(LONGEST / 1000);
      const { inventory } = verdict();
      expect(inventory?.leaked).toEqual([]);
      // Nobody can say what a server holds that does not answer; what ended with it is gone.
      const hangs = kind === 'given by its URL' && signal === 'SIGSTOP';
      expect(inventory?.unseen).toEqual(hangs ? [expect.stringMatching(/^the proxies \S+\* on http/)] : []);
      expect(labelledProcesses().filter(({ runner }) => runner === running.child.pid)).toEqual([]);
    });
  });
});

it('one that is started anew in mid-drill has lost its proxies, and is lost', async () => {
  const { child, url } = await standing();
  const out = freshFolder();
  const running = startDrill(['run', DRILL, '--out', out, '--toxiproxy', url]);
  const stdout = await lose(
    running,
    () => verdictIn(out, nameOf(DRILL)),
    500,
    () => {
      child.kill('SIGKILL');
      child.once('exit', () => {
        const again = spawn(process.execPath, [SERVER, '--listen', url.replace('http://', '')]);
        onTestFinished(() => void again.kill('SIGKILL'));
      });
    },
  );
  expect(stdout).toMatch(/no longer answers/);
});

it('a runner that stood still for longer than a server may be silent does not lose its Toxiproxy', async () => {
  const out = freshFolder();
  const running = startDrill(['run', DRILL, '--out', out]);
  await running.printed(/is in force/);
  running.child.kill('SIGSTOP');
  await new Promise((done) => setTimeout(done, SILENCE + 1000));
  running.child.kill('SIGCONT');
  const { stdout } = await running.ended;
  expect(stdout).not.toContain('no longer answers');
  const { events } = decodeHistory(readFileSync(join(out, nameOf(DRILL), '1/history.jsonl')));
  const stalls = events.flatMap((event) =>
    event.type === 'stall' && event.node === undefined ? [event.took / 1e6] : [],
  );
  expect(Math.max(...stalls)).toBeGreaterThan(SILENCE + 500);
});

/** The name of the first container whose name matches, of those that a runner has in the engine. */
function containerOf({ child }: Running, name: RegExp): string {
  const format = '{{.Names}} {{.Label "failover-drill.runner"}}';
  const lines = execFileSync('docker', ['ps', '--format', format], { encoding: 'utf8' }).split('\n');
  const own = lines.filter((line) => line.includes(` ${child.pid}.`)).map((line) => line.split(' ')[0] ?? '');
  return own.find((one) => name.test(one)) ?? expect.fail(`${name} among ${own.join(', ')}`);
}

withEngine(() => {
  describe.each(SIGNALS)("the Toxiproxy on a node's edge, by %s", (signal) => {
    it.each(moments())('%i ms after the first primary makes the drill inconclusive, named', async (ms) => {
      const out = freshFolder();
      const running = startDrill(['run', IN_CONTAINERS, '--runtime', 'docker', '--out', out]);
      const verdict = () => verdictIn(out, nameOf(IN_CONTAINERS));
      const stdout = await lose(running, verdict, ms, () =>
        execFileSync('docker', ['kill', '--signal', signal, containerOf(running, /\.edge$/)]),
      );
      expect(stdout).toMatch(
        /Toxiproxy at \S+ \(.+, of the links from \S+\) no longer answers|the edge of \S+ has ended/,
      );
      const { lost, told } = lostIn(out, IN_CONTAINERS);
      expect(told - lost).toBeLessThan(LONGEST / 1000);
    });
  });
});
