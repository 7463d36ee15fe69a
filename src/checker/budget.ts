/**
 * The budget: unavailable at most x in any period y, and each failure over within z, allow e = x / z failures
 * in y. z is the worst recovery of the run.
 */

import type { Drill } from '../drill/schema.js';
import { type Bound, formatBound, formatDuration } from '../drill/units.js';
import type { History } from '../history/history.js';
import { isWhole } from '../history/operations.js';
import { faultsOf } from '../timeline/faults.js';
import { figureText } from '../timeline/milliseconds.js';
import { recoveriesOf } from '../timeline/recovery.js';
import { excuseFor } from './doubts.js';
import { judgeGrowing, type Measured } from './finding.js';
import { recoveryFigure } from './recovery-figure.js';
import type { Finding, Judgement } from './verdict.js';

/** Milliseconds unavailable at most in any period of `per` milliseconds, and how many failures that must allow. */
export interface Budget {
  unavailable: number;
  per: number;
  failures: Bound;
}

export function judgeBudget(budget: Budget, history: History, drill: Drill): Finding {
  const recoveries = recoveriesOf(history, drill);
  const head = {
    checker: 'budget',
    expectation: 'budget',
    expected: `${formatBound(budget.failures)} failures per ${formatDuration(budget.per)}`,
  };
  const figures = faultsOf(history).map((fault) => ({
    fault,
    figure: recoveryFigure(history, drill, recoveries, fault),
  }));
  const missing = figures.filter(({ figure }) => figure.ms === null);
  if (figures.length === 0 || missing.length > 0) {
    const seen = missing.find(({ figure }) => figure.lacking === 'end');
    const doubt = seen && excuseOf(history, drill, seen.figure);
    const never = seen !== undefined && isWhole(history) && doubt === undefined;
    const evidence = missing.map(({ fault }) => fault.event.index);
    const message = never
      ? 'the service did not recover from a fault, so no number of failures is within the budget'
      : `no recovery was measured, so the budget cannot be told${doubt ? `; ${doubt}` : ''}`;
    const verdict: Judgement = never ? judgeGrowing(budget.failures, 0, true) : 'inconclusive';
    return { ...head, actual: never ? 'allows 0 failures' : 'not measured', verdict, evidence, message };
  }
  const worst = figures.reduce((one, other) => (other.figure.ms! > one.figure.ms! ? other : one));
  const recover = worst.figure.ms!;
  const failures = recover > 0 ? Math.floor(budget.unavailable / recover) : Number.POSITIVE_INFINITY;
  const allowed = Number.isFinite(failures) ? `${failures}` : 'any number';
  const verdict = judgeGrowing(budget.failures, failures, true);
  const doubt =
    worst.figure.ground?.unsound ?? (verdict === 'fail' ? excuseOf(history, drill, worst.figure) : undefined);
  return {
    ...head,
    actual: `allows ${allowed} failures`,
    verdict: doubt === undefined && isWhole(history) ? verdict : 'inconclusive',
    evidence: worst.figure.evidence,
    message: `the budget allows ${allowed} failures in ${formatDuration(budget.per)} (${formatBound(budget.failures)} needed): unavailable at most ${formatDuration(budget.unavailable)}, and recovered within ${figureText(recover)} at worst${doubt ? `; ${doubt}` : ''}`,
  };
}

/** Why a recovery that is too long may not be the system's doing. */
function excuseOf(history: History, drill: Drill, { ground }: Measured): string | undefined {
  return ground && excuseFor(history, drill, ground.span);
}
