/**
 * The public API, for use from any test runner:
 *
 *     const drills = await loadDrills(['drills/split-brain.yaml'], process.cwd());
 *     const { runs } = await runDrills({ drills, environment: process.env });
 *     expect(runs[0].verdict.verdict).toBe('pass');
 */
import { CATALOG } from './catalog.js';
import { judge as judgeBy } from './checker/judge.js';
import type { Verdict } from './checker/verdict.js';
import { parseDrill as parse } from './drill/load.js';
import type { Drill } from './drill/schema.js';
import type { History } from './history/history.js';
import type { BatchDrill } from './run/batch.js';
import type { Catalog } from './run/catalog.js';
import { loadDrills as load } from './run/load-drills.js';
import { extended, type Plugin } from './run/plugins.js';
import { type RunOptions, type RunResult, runDrills as run } from './run/run-drills.js';

export type { Expectation } from './checker/expectation.js';
export type { Counts, FaultTimings, Finding, Judgement, Timings, Verdict } from './checker/verdict.js';
export type { Drill, DrillFile } from './drill/schema.js';
export { EnvironmentError, InternalError, UsageError } from './errors.js';
export type { Fault } from './fault/fault.js';
export type { Scenario } from './fault/scenario.js';
export {
  type CheckOptions,
  type CheckResult,
  type Counterexample,
  checkFile,
  checkHistory,
  type HistoryEvent,
  type KeyVerdict,
  MODEL_NAMES,
  type StepModel,
} from './histories/index.js';
export { decodeHistory, decodeStream, encodeHistory } from './history/codec.js';
export type { Event, EventBody, EventOf } from './history/event.js';
export type { History } from './history/history.js';
export { KIT, type Kit } from './kit.js';
export type { ReportedRun } from './report/run.js';
export { toEdn } from './report/to-edn.js';
export type { BatchDrill } from './run/batch.js';
export type { Catalog } from './run/catalog.js';
export type { Plugin, PluginExport } from './run/plugins.js';
export type { RunOptions, RunResult } from './run/run-drills.js';
export type { Address } from './runtime/address.js';
export type { Program } from './runtime/runtime.js';
export {
  type Connection,
  defineSystem,
  type Greets,
  type LogsEvents,
  type NodeContext,
  type Outcome,
  type RoleAnswer,
  type Switches,
  type System,
  type TellsHealth,
  type TellsRole,
} from './system/system.js';
export { startToxiproxy, type ToxiproxyServer } from './toxiproxy/server.js';
export type { Workload } from './workload/workload.js';

/** The parts that come with failover-drill, and those of these plug-ins. Throws a UsageError where a name is taken. */
export function catalogWith(...plugins: readonly Plugin[]): Catalog {
  return plugins.reduce((catalog, plugin) => extended(catalog, plugin), CATALOG);
}

/**
 * Finds and loads drill files, folders and globs, with the plug-ins that they name; `environment` is for the variables in
 * Compose files. Rejects with a UsageError where one of them is wrong.
 */
export function loadDrills(
  patterns: readonly string[],
  cwd: string,
  catalog: Catalog = CATALOG,
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<BatchDrill[]> {
  return load(patterns, cwd, catalog, environment);
}

/** The drill that a text describes; `file` is what errors call it. Throws a UsageError where it is wrong. */
export function parseDrill(text: Uint8Array | string, file: string, catalog: Catalog = CATALOG): Drill {
  return parse(text, file, catalog);
}

/** Runs drills: see `RunOptions`. `catalog` is what they were loaded with. */
export function runDrills(options: Omit<RunOptions, 'catalog'> & { catalog?: Catalog }): Promise<RunResult> {
  return run({ catalog: CATALOG, ...options });
}

/** The verdict on a history: what its drill expects, and what every run must show. */
export function judge(history: History, catalog: Catalog = CATALOG): Verdict {
  return judgeBy(history, catalog);
}
