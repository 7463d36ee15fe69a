/**
 * The judge of any history, ours or anyone's: `failover-drill/histories`. Formats, models, linearizability and the evidence
 * for what is wrong; it knows nothing of drills.
 */

export {
  type CheckOptions,
  type CheckResult,
  checkFile,
  checkHistory,
  type HistoryEvent,
  MODEL_NAMES,
  type StepModel,
} from './check-history.js';
export type { Counterexample, KeyVerdict } from './evidence/key-verdicts.js';
