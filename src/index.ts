/**
 * The public API, for use from any test runner:
 *
 *     const drills = await loadDrills(['drills/split-brain.yaml'], process.cwd());
    const { runs } = await runDrills({ drills, environment: process.env });
 *     expect(runs[0].verdict.verdict).toBe('pass');
 */
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
} from './checker/check-history.js';
export { judge } from './checker/judge.js';
export type { Counts, FaultTimings, Finding, Judgement, Timings, Verdict } from './checker/verdict.js';
export { loadDrill, parseDrill } from './drill/load.js';
export type { Drill, DrillFile } from './drill/schema.js';
export { EnvironmentError, InternalError, UsageError } from './errors.js';
export { decodeHistory, decodeStream, encodeHistory } from './history/codec.js';
export type { Event, EventBody, EventOf } from './history/event.js';
export { toEdn } from './history/formats/to-edn.js';
export type { History } from './history/history.js';
export type { ReportedRun } from './report/run.js';
export { loadDrills, type RunOptions, type RunResult, runDrills } from './run/run-drills.js';
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
