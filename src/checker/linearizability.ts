/** Linearizability: whether one order of all operations, key by key, explains every answer. */

import { isDrillError, messageOf } from '../errors.js';
import { checkHistory } from '../histories/check-history.js';
import type { CheckResult } from '../histories/check-result.js';
import type { StepModel } from '../histories/models/step-model.js';
import type { History } from '../history/history.js';
import { isWhole } from '../history/operations.js';
import { evidenceOf } from './finding.js';
import type { Finding } from './verdict.js';

/** What a search may take before its verdict is unknown: the same for every machine, so that verdicts are too. */
const STEPS = 20_000_000;
const MEMORY = 512 * 1024 * 1024;

/** The models that hold an order of all operations against every answer. */
const LINEARIZABLE: readonly string[] = [
  'register',
  'cas-register',
  'append',
  'counter',
  'fifo-queue',
  'accounts',
];

/** By the model of the workload; where it has none, by the one for what the history holds. */
export function judgeLinearizable(expected: boolean, history: History, model?: string | StepModel): Finding {
  const head = { checker: 'linearizability', expectation: 'linearizable', expected: `${expected}` };
  return { ...head, ...judged(history, expected, model) };
}

type Judged = Pick<Finding, 'actual' | 'verdict' | 'evidence' | 'message'>;

function judged(history: History, expected: boolean, model: string | StepModel | undefined): Judged {
  const result = decide(history, model);
  const message = 'undecidable' in result ? result.undecidable : result.text.trimEnd();
  if ('undecidable' in result || result.verdict === 'unknown')
    return { actual: 'unknown', verdict: 'inconclusive', evidence: [], message };
  if (result.verdict === 'illegal') {
    const verdict = expected ? 'fail' : isWhole(history) ? 'pass' : 'inconclusive';
    const operations = result.counterexample?.operations ?? [];
    const evidence = operations.flatMap(({ invoked, completed }) => [invoked, completed ?? invoked]);
    return { actual: 'false', verdict, evidence: evidenceOf(evidence), message };
  }
  // What was linearizable so far may cease to be with more evidence.
  const verdict = !isWhole(history) ? 'inconclusive' : expected ? 'pass' : 'fail';
  return { actual: 'true', verdict, evidence: [], message };
}

function decide(
  history: History,
  model: string | StepModel | undefined,
): CheckResult | { undecidable: string } {
  try {
    const result = checkHistory(history, { steps: STEPS, memoryBytes: MEMORY, ...(model && { model }) });
    if (typeof model === 'object' || LINEARIZABLE.includes(result.model)) return result;
    return { undecidable: `the model ${result.model} says nothing of linearizability` };
  } catch (error) {
    // A history that is not well-formed, or operations of which there is no such model.
    if (isDrillError(error)) return { undecidable: messageOf(error) };
    throw error;
  }
}
