/** What of a group's operations was acknowledged, or was not, held against a bound. */

import type { Drill } from '../drill/schema.js';
import { type Bound, formatBound, holds } from '../drill/units.js';
import type { History } from '../history/history.js';
import { isServed, isWhole, type Operation } from '../history/operations.js';
import { requestsOf } from '../timeline/client-operations.js';
import { instantText } from '../timeline/milliseconds.js';
import { isLate, longestOf, stillWithin } from '../timeline/stillness.js';
import { excuseFor } from './doubts.js';
import { evidenceOf } from './finding.js';
import { type Finding, type Judgement, judgementOf } from './verdict.js';

/** The figure that counts. */
export interface Measure {
  expectation: string;
  /** By how many operations were not acknowledged of those that were asked for. */
  of(missed: number, asked: number): number;
  text(figure: number): string;
}

const percent = (share: number) => `${(share * 100).toFixed(2)}%`;

/** One division: 1 - 80/100 would miss a limit of 20% by a rounding. */
export const ACKNOWLEDGED: Measure = {
  expectation: 'availability',
  of: (missed, asked) => (asked - missed) / asked,
  text: percent,
};
export const ERROR_SHARE: Measure = {
  expectation: 'errors',
  of: (missed, asked) => missed / asked,
  text: percent,
};
export const ERROR_COUNT: Measure = { expectation: 'errors', of: (missed) => missed, text: String };

/** Judges what was acknowledged, for all the groups together. */
export function servedFinding(
  history: History,
  drill: Drill,
  { bound, measure }: { bound: Bound; measure: Measure },
  groups: readonly { name: string; operations: readonly Operation[] }[],
): Finding {
  const verdicts: { verdict: Judgement }[] = [];
  const actual: string[] = [];
  const messages: string[] = [];
  const evidence: (number | undefined)[] = [];
  for (const { name, operations } of groups) {
    const missed = operations.filter((operation) => !isServed(operation));
    const asked = operations.length > 0;
    const figure = measure.of(missed.length, operations.length);
    const verdict = !asked || !isWhole(history) ? 'inconclusive' : holds(bound, figure) ? 'pass' : 'fail';
    const keeps = (missed: number) => holds(bound, measure.of(missed, operations.length));
    const doubt =
      verdict === 'inconclusive' ? undefined : servedDoubt(history, drill, keeps, verdict, operations);
    verdicts.push({ verdict: doubt === undefined ? verdict : 'inconclusive' });
    actual.push(`${groups.length > 1 ? `${name} ` : ''}${asked ? measure.text(figure) : 'not measured'}`);
    const first = missed[0] ? `, the first of the others ${instantText(missed[0].start)}` : '';
    messages.push(
      asked
        ? `group ${name}: ${operations.length - missed.length} of ${operations.length} operations were acknowledged${first}${doubt ? `; ${doubt}` : ''}`
        : `group ${name} asked nothing`,
    );
    evidence.push(...missed.slice(0, 10).map((operation) => operation.complete ?? operation.invoke));
  }
  return {
    checker: 'availability',
    expectation: measure.expectation,
    expected: formatBound(bound),
    actual: actual.join(', ') || 'not measured',
    verdict: judgementOf(verdicts),
    evidence: evidenceOf(evidence),
    message: messages.join('\n') || 'no such group asked anything',
  };
}

/** Operations that the machine held up may have fared better, or worse, without it. */
function servedDoubt(
  history: History,
  drill: Drill,
  keeps: (missed: number) => boolean,
  verdict: Judgement,
  operations: readonly Operation[],
): string | undefined {
  const [first, last] = [operations[0]!.intended, operations.at(-1)!.intended];
  const span = { from: first, to: last };
  if (verdict === 'fail') {
    const excuse = excuseFor(history, drill, span);
    if (excuse !== undefined) return excuse;
  }
  const still = longestOf(stillWithin(history, span));
  if (still === undefined) return undefined;
  const missed = operations.filter((operation) => !isServed(operation)).length;
  const held = requestsOf(history, operations).filter(
    ({ ok, intended, end }) => !ok && stillWithin(history, { from: intended, to: end }).length > 0,
  );
  // What was sent late may have been served for that reason alone.
  const late = operations.filter((operation) => operation.type === 'ok' && isLate(operation));
  const range = [missed - held.length, missed + late.length];
  const isSure = range.every((one) => keeps(one) === (verdict === 'pass'));
  return isSure ? undefined : `${still.text}, ${instantText(still.from)}: this machine was too busy`;
}
