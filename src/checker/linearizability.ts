/** Linearizability: whether one order of all operations, key by key, explains every answer. */

import { isDrillError, messageOf } from '../errors.js';
import { checkHistory } from '../histories/check-history.js';
import type { CheckResult } from '../histories/check-result.js';
import type { History } from '../history/history.js';
import { isWhole } from '../history/operations.js';
import { evidenceOf } from './finding.js';
import type { Finding, Judgement } from './verdict.js';

/** What a search may take before its verdict is unknown: the same for every machine, so that verdicts are too. */
const STEPS = 20_000_000;
const MEMORY = 512 * 1024 * 1024;

/** The models that hold an order of all operations against every answer. */
const LINEARIZABLE: readonly string[] = ['register', 'cas-register', 'append', 'counter'];

export function judgeLinearizable(expected: boolean, history: History): Finding {
  const head = { checker: 'linearizability', expectation: 'linearizable', expected: `${expected}` };
  return { ...head, ...judged(history, expected) };
}

type Judged = Pick<Finding, 'actual' | 'verdict' | 'evidence' | 'message'>;

function judged(history: History, expected: boolean): Judged {
  const result = decide(history);
  if ('undecidable' in result) {
    return { actual: 'unknown', verdict: 'inconclusive', evidence: [], message: result.undecidable };
  }
  const message = result.text.trimEnd();
  switch (result.verdict) {
    case 'unknown':
      return { actual: 'unknown', verdict: 'inconclusive', evidence: [], message };
    case 'illegal': {
      const verdict = expected ? 'fail' : isWhole(history) ? 'pass' : 'inconclusive';
      const operations = result.counterexample?.operations ?? [];
      const evidence = evidenceOf(
        operations.flatMap(({ invoked, completed }) => [invoked, completed ?? invoked]),
      );
      return { actual: 'false', verdict, evidence, message };
    }
    case 'ok':
      return { actual: 'true', verdict: wholeVerdict(expected, history), evidence: [], message };
  }
}

/** What was linearizable so far may cease to be with more evidence. */
function wholeVerdict(expected: boolean, history: History): Judgement {
  if (!isWhole(history)) return 'inconclusive';
  return expected ? 'pass' : 'fail';
}

function decide(history: History): CheckResult | { undecidable: string } {
  try {
    const result = checkHistory(history, { steps: STEPS, memoryBytes: MEMORY });
    if (LINEARIZABLE.includes(result.model)) return result;
    return { undecidable: `the model ${result.model} says nothing of linearizability` };
  } catch (error) {
    // A history that is not well-formed, or operations of which there is no such model.
    if (isDrillError(error)) return { undecidable: messageOf(error) };
    throw error;
  }
}
