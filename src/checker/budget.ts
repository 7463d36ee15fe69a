/**
 * The budget: unavailable at most x in any period y, and each failure over within z, allow e = x / z failures
 * in y. z is the worst recovery of the run.
 */
import { formatBound, formatDuration } from '../drill/units.js';
import type { Checker } from './checker.js';
import { faultsOf } from './faults.js';
import { isWhole, judgeGrowing } from './finding.js';
import { figureText, toMs } from './milliseconds.js';
import { Recoveries } from './recovery.js';
import type { Judgement } from './verdict.js';

export const budgetChecker: Checker = {
  name: 'budget',
  check(history, drill) {
    const { budget } = drill.expect;
    if (budget === undefined) return [];
    const recoveries = new Recoveries(history, drill);
    const measured = faultsOf(history).map((fault) => ({ fault, recovery: recoveries.after(fault) }));
    const expected = `${formatBound(budget.failures)} failures per ${formatDuration(budget.per)}`;
    const head = { checker: this.name, expectation: 'budget', expected };
    const missing = measured.filter(({ recovery }) => recovery === undefined);
    if (measured.length === 0 || missing.length > 0) {
      const seen = missing.some(
        ({ fault }) => fault.effective !== undefined && recoveries.askedAfter(fault.effective),
      );
      const never = seen && isWhole(history);
      const evidence = missing.map(({ fault }) => fault.event.index);
      const message = never
        ? 'the service did not recover from a fault, so no number of failures is within the budget'
        : 'no recovery was measured, so the budget cannot be told';
      const verdict: Judgement = never ? judgeGrowing(budget.failures, 0, true) : 'inconclusive';
      return [{ ...head, actual: never ? '0' : 'not measured', verdict, evidence, message }];
    }
    const worst = measured.reduce((one, other) => (other.recovery!.took > one.recovery!.took ? other : one));
    const recover = toMs(worst.recovery!.took);
    const failures = recover > 0 ? Math.floor(budget.unavailable / recover) : Number.POSITIVE_INFINITY;
    const allowed = Number.isFinite(failures) ? `${failures}` : 'any number';
    return [
      {
        ...head,
        actual: allowed,
        verdict: isWhole(history) ? judgeGrowing(budget.failures, failures, true) : 'inconclusive',
        evidence: [worst.fault.event.index, worst.recovery!.write.complete ?? worst.recovery!.write.invoke],
        message: `unavailable at most ${formatDuration(budget.unavailable)} in ${formatDuration(budget.per)}, and recovered within ${figureText(recover)} at worst: that allows ${allowed} failures`,
      },
    ];
  },
};
