/**
 * Runs drills for whoever asks, the command line or a test runner: checks that everything they need is there
 * before anything starts, has them executed, and writes the reports of the whole call.
 */
import { join, resolve } from 'node:path';
import { FAULTS, RUNTIMES, SYSTEMS, systemOf } from '../catalog.js';
import { type Clock, systemClock } from '../clock.js';
import { findDrills } from '../drill/find.js';
import { drillError, loadDrill } from '../drill/load.js';
import { lackingNeeds, missingNeeds, needsOf } from '../drill/needs.js';
import type { Drill } from '../drill/schema.js';
import { skewedNodes } from '../drill/targets.js';
import { UsageError } from '../errors.js';
import { parseToxiproxyChoice } from '../link/toxiproxy-choice.js';
import { freshSeed } from '../random.js';
import { writeSummary } from '../report/files.js';
import type { ReportedRun } from '../report/run.js';
import { assertMachine } from '../runtime/machine.js';
import type { Runtime, RuntimeName } from '../runtime/runtime.js';
import type { System } from '../system/system.js';
import { type BatchDrill, runBatch, type Watcher } from './batch.js';
import { assertReach } from './choose-runtime.js';
import { keyOf, signExecution } from './signature.js';

export interface RunOptions {
  drills: readonly BatchDrill[];
  runtime?: RuntimeName;
  /** The output folder; created. Default: `.drill/<timestamp>` under the working directory. */
  out?: string | undefined;
  /** Overrides the seeds of the drill files. */
  seed?: number | undefined;
  repeat?: number;
  parallel?: number;
  /** Whether no execution is begun after the first that does not pass. */
  bail?: boolean;
  /**
   * Whether the topology of the first execution that does not pass stays, until `drill down` removes it; none is
   * begun after it. Not for systems of one's own: what stays lives in a process of its own.
   */
  keep?: boolean;
  /** The URL of a Toxiproxy, or an image with one, to use in place of our own; `embedded`: nothing but our own. */
  toxiproxy?: string | undefined;
  /** A PEM file with a private key of Ed25519, which signs what each execution leaves. */
  sign?: string | undefined;
  /** Systems beside those that come with failover-drill, by the name that drill files give. */
  systems?: Readonly<Record<string, System>>;
  /** The runner's environment; programs see PATH, HOME, LANG and TMPDIR of it. */
  environment: Readonly<Record<string, string | undefined>>;
  clock?: Clock;
  signal?: AbortSignal;
  watch?(drill: BatchDrill, execution: number): Watcher;
}

export interface RunResult {
  out: string;
  runs: ReportedRun[];
}

/**
 * Runs drills. Rejects, before anything starts, with a UsageError where a drill needs what is not there, and with an
 * EnvironmentError where the output folder holds an earlier run of it. Rejects with an EnvironmentError where something
 * cannot be written meanwhile, after everything was taken down and the reports of what was done were written.
 */
export async function runDrills(options: RunOptions): Promise<RunResult> {
  const { drills, clock = systemClock, seed, repeat = 1, parallel = 1, toxiproxy, environment } = options;
  assertWhole({ seed: seed ?? 0 }, 0);
  assertWhole({ repeat, parallel }, 1);
  const runtime: Runtime = RUNTIMES[options.runtime ?? 'process'];
  const systems = { ...SYSTEMS, ...options.systems };
  const chosen = new Map(drills.map((drill) => [drill.drill, allThere(drill, runtime, systems)]));
  await refuseWhatThisMachineLacks(drills, runtime, { clock, environment });
  if (options.keep) for (const drill of drills) refuseOwnSystem(drill, options.systems ?? {});
  refuseSameNames(drills);
  const choice = parseToxiproxyChoice(toxiproxy);
  assertReach(choice, options.runtime ?? 'process');
  const key = options.sign === undefined ? undefined : keyOf(options.sign, 'private', '--sign');
  if (options.out?.trim() === '') throw new UsageError({ where: 'out', expected: 'a folder', found: '""' });
  const out = options.out ?? join('.drill', clock.wall().toISOString().replaceAll(':', '-'));
  const seeds = new Map<Drill, number>();
  const { runs, failures } = await runBatch({
    drills,
    out,
    repeat,
    parallel,
    bail: options.bail,
    keep: options.keep,
    sign: key && ((folder) => signExecution(folder, key)),
    clock,
    runtime,
    systemOf: (drill) => chosen.get(drill)!,
    faults: FAULTS,
    toxiproxy: choice,
    environment,
    signal: options.signal ?? new AbortController().signal,
    seedOf(drill) {
      const known = seeds.get(drill) ?? seed ?? drill.seed ?? freshSeed();
      seeds.set(drill, known);
      return known;
    },
    watch: options.watch ?? (() => ({ onEvent() {}, onDone() {} })),
  });
  // What was done is worth its report, whatever became of the rest. What came up first is the reason.
  if (runs.length > 0) await writeSummary(out, runs).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
  return { out, runs };
}

/**
 * Finds and loads drill files, folders and globs; `environment` is for the variables in Compose files. Rejects with a
 * UsageError where one of them is wrong.
 */
export async function loadDrills(
  patterns: readonly string[],
  cwd: string,
  systems: Readonly<Record<string, System>> = {},
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<BatchDrill[]> {
  const files = await findDrills(patterns, cwd);
  const names = Object.keys({ ...SYSTEMS, ...systems });
  return Promise.all(
    files.map(async (file) => ({
      file,
      drill: await loadDrill(resolve(cwd, file), { shownAs: file, systems: names, environment }),
    })),
  );
}

/** Throws a `UsageError` for what is no whole number, or too large to be told from the next one. */
function assertWhole(options: Readonly<Record<string, number>>, lowest: number): void {
  for (const [where, value] of Object.entries(options)) {
    if (Number.isSafeInteger(value) && value >= lowest) continue;
    const expected = `a whole number from ${lowest} to ${Number.MAX_SAFE_INTEGER}`;
    throw new UsageError({ where, expected, found: String(value) });
  }
}

function refuseOwnSystem({ file, drill }: BatchDrill, own: Readonly<Record<string, System>>): void {
  const { system } = drill.topology;
  if (typeof system !== 'string' || !Object.hasOwn(own, system)) return;
  throw new UsageError({
    where: file,
    expected: `one of our own systems, where a topology may stay: ${Object.keys(SYSTEMS).join(', ')}`,
    found: `"${system}"`,
    todo: 'leave keep out',
  });
}

/** The system of a drill. Throws a UsageError where that, or something else that the drill needs, is not there. */
export function allThere(
  { file, drill }: BatchDrill,
  runtime: Runtime,
  systems: Readonly<Record<string, System>>,
): System {
  const missing = missingNeeds(drill, [...runtime.capabilities], `the runtime ${runtime.name}`);
  if (missing.length > 0) throw drillError(drill, missing);
  const system = systemOf(drill.topology, systems);
  if (system) return system;
  throw new UsageError({
    where: file,
    expected: `a system: ${Object.keys(systems).join(', ')}`,
    found: `"${drill.topology.system}"`,
    todo: 'name one of them, or give your own to runDrills()',
  });
}

/** What the runtime offers may need a thing that is not on every machine. */
export async function refuseWhatThisMachineLacks(
  drills: readonly BatchDrill[],
  runtime: Runtime,
  around: Parameters<NonNullable<Runtime['lack']>>[1],
): Promise<void> {
  await assertMachine(around.clock);
  for (const { drill } of drills) {
    const nodes = { containers: drill.topology.nodes, skewed: skewedNodes(drill) };
    for (const capability of needsOf(drill)) {
      const lack = await runtime.lack?.(capability, around, nodes);
      if (lack !== undefined)
        throw drillError(drill, lackingNeeds(drill, capability, lack, `the runtime ${runtime.name}`));
    }
  }
}

/** Drills share the output folder, each under its name. */
function refuseSameNames(drills: readonly BatchDrill[]): void {
  const files = new Map<string, string>();
  for (const { file, drill } of drills) {
    const other = files.get(drill.name);
    if (other !== undefined) {
      throw new UsageError({
        where: file,
        expected: 'a name of its own for each drill of one call',
        found: `"${drill.name}", which is also the name of ${other}`,
        todo: 'rename one of them',
      });
    }
    files.set(drill.name, file);
  }
}
