/** Runs the built `drill` program as a user does, and tells what it left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Verdict } from '../../src/checker/verdict.js';

export const ROOT = resolve(import.meta.dirname, '../..');
export const CLI = join(ROOT, 'dist/cli.js');

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves once the output so far matches. */
  printed(pattern: RegExp): Promise<void>;
}

const fresh: string[] = [];

/** After each file of tests. */
export function removeFreshFolders(): void {
  for (const folder of fresh.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A fresh folder, gone after the file of tests. Its name does not begin as those of runs do. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'drill-test-'));
  fresh.push(folder);
  return folder;
}

/**
 * Runs on local processes where `args` name no runtime, so that a test is the same with and without an engine, and tells
 * every event unless `args` say otherwise.
 * `within` is a program that is to run it, such as `nsenter`, with its arguments.
 */
export function startDrill(
  args: readonly string[],
  environment: Record<string, string> = {},
  within: readonly string[] = [],
): Running {
  const { CI: _ci, GITHUB_ACTIONS: _actions, ...inherited } = process.env;
  const runtime = args[0] === 'run' && !args.includes('--runtime') ? ['--runtime', 'process'] : [];
  const verbose = args[0] === 'run' && !args.includes('--no-verbose') ? ['--verbose'] : [];
  const [program = '', ...before] = [...within, process.execPath];
  const child = spawn(program, [...before, CLI, ...args, ...runtime, ...verbose], {
    cwd: ROOT,
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  const listeners = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const listen of listeners) listen();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((done) =>
    child.once('close', (code, signal) => done({ code, signal, stdout, stderr })),
  );
  return {
    child,
    ended,
    printed: (pattern) =>
      new Promise((done, fail) => {
        const look = () => {
          if (!pattern.test(stdout)) return;
          listeners.delete(look);
          done();
        };
        listeners.add(look);
        look();
        void ended.then(() => fail(new Error(`ended before it printed ${pattern}:\n${stdout}\n${stderr}`)));
      }),
  };
}

export function drill(...args: string[]): Promise<Ended> {
  return startDrill(args).ended;
}

export function verdictIn(out: string, name: string, execution = 1): Verdict {
  return JSON.parse(readFileSync(join(out, name, String(execution), 'verdict.json'), 'utf8')) as Verdict;
}

/** The labels in the environments of all processes that belong to a run, with their process ids. */
export function labelledProcesses(): { pid: number; run: string; runner: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
        const run = /(?:^|\0)FAILOVER_DRILL_RUN=([^\0]*)/.exec(environment)?.[1];
        const runner = Number(/(?:^|\0)FAILOVER_DRILL_RUNNER=(\d+)/.exec(environment)?.[1]);
        return run === undefined ? [] : [{ pid: Number(pid), run, runner }];
      } catch {
        return [];
      }
    });
}

/** The folders of runs. */
export const runFolders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('failover-drill-'));

/** Resolves to whether `holds` becomes true within `ms`. */
export async function becomes(ms: number, holds: () => boolean): Promise<boolean> {
  const end = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > end) return false;
    await new Promise((done) => setTimeout(done, 50));
  }
  return true;
}
