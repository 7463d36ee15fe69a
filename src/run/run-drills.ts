/**
 * Runs drills for whoever asks, the command line or a test runner: checks that everything they need is there
 * before anything starts, has them executed, and writes the reports of the whole call.
 */
import { join } from 'node:path';
import { type Clock, systemClock } from '../clock.js';
import { drillError } from '../drill/load.js';
import { lackingNeeds, missingNeeds, needsOf } from '../drill/needs.js';
import type { Drill } from '../drill/schema.js';
import { UsageError } from '../errors.js';
import { freshSeed } from '../random.js';
import { writeSummary } from '../report/files.js';
import type { ReportedRun } from '../report/run.js';
import { assertReach } from '../runtime/choose-runtime.js';
import { assertMachine } from '../runtime/machine.js';
import type { Runtime, RuntimeName } from '../runtime/runtime.js';
import { systemOf } from '../system/system-of.js';
import { type BatchDrill, runBatch, type Watcher } from './batch.js';
import type { Catalog } from './catalog.js';
import { keyOf, signExecution } from './signature.js';

export interface RunOptions {
  /** What there is to run, and where. */
  catalog: Catalog;
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
   * begun after it. Not for parts that were given as values: what stays lives in a process of its own.
   */
  keep?: boolean;
  /** The URL of a Toxiproxy, or an image with one, to use in place of our own; `embedded`: nothing but our own. */
  toxiproxy?: string | undefined;
  /** A PEM file with a private key of Ed25519, which signs what each execution leaves. */
  sign?: string | undefined;
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
  const { catalog } = options;
  const runtime = catalog.runtimes[options.runtime ?? 'process'];
  const catalogOf = (entry: BatchDrill) => entry.catalog ?? catalog;
  for (const entry of drills) assertAllThere(entry, runtime, catalogOf(entry));
  await refuseWhatThisMachineLacks(drills, runtime, catalogOf, { clock, environment });
  if (options.keep) refuseOwnTime(runtime);
  if (options.keep) for (const entry of drills) refuseGivenParts(entry, catalogOf(entry));
  refuseSameNames(drills);
  assertReach(toxiproxy, options.runtime ?? 'process');
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
    catalogOf,
    linksBy: toxiproxy,
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

/** Throws a `UsageError` for what is no whole number, or too large to be told from the next one. */
function assertWhole(options: Readonly<Record<string, number>>, lowest: number): void {
  for (const [where, value] of Object.entries(options)) {
    if (Number.isSafeInteger(value) && value >= lowest) continue;
    const expected = `a whole number from ${lowest} to ${Number.MAX_SAFE_INTEGER}`;
    throw new UsageError({ where, expected, found: String(value) });
  }
}

/** What is simulated is nowhere once its execution has ended. */
function refuseOwnTime({ name, time }: Runtime): void {
  if (!time) return;
  throw new UsageError({
    where: 'keep',
    expected: 'a runtime whose nodes can stay',
    found: `the runtime ${name}, whose nodes are simulated`,
    todo: 'leave it out, or use --runtime process',
  });
}

/** What stays lives in a process of its own, which has the parts that come from files alone. */
function refuseGivenParts({ file }: BatchDrill, { given }: Catalog): void {
  if (!given) return;
  throw new UsageError({
    where: file,
    expected: 'parts of our own or of plug-in files, where a topology may stay',
    found: 'parts that were given as values',
    todo: 'put them into a file that the drill names under `plugins`, or leave keep out',
  });
}

/** Throws a UsageError where the system of a drill, or something else that it needs, is not there. */
export function assertAllThere({ drill }: BatchDrill, runtime: Runtime, catalog: Catalog): void {
  const missing = missingNeeds(drill, catalog, [...runtime.capabilities], `the runtime ${runtime.name}`);
  if (missing.length > 0) throw drillError(drill, missing);
  systemOf(drill.topology, catalog.systems);
}

/** What the runtime offers may need a thing that is not on every machine. */
export async function refuseWhatThisMachineLacks(
  drills: readonly BatchDrill[],
  runtime: Runtime,
  catalogOf: (drill: BatchDrill) => Catalog,
  around: Parameters<NonNullable<Runtime['lack']>>[1],
): Promise<void> {
  await assertMachine(around.clock);
  for (const entry of drills) {
    const { drill } = entry;
    const catalog = catalogOf(entry);
    const needs = needsOf(drill, catalog);
    const nodes = { containers: drill.topology.nodes, needs };
    for (const capability of needs.keys()) {
      const lack = await runtime.lack?.(capability, around, nodes);
      if (lack !== undefined)
        throw drillError(
          drill,
          lackingNeeds(drill, catalog, capability, lack, `the runtime ${runtime.name}`),
        );
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
