/** Whether clients noticed each fault: one that nobody could notice proves nothing of the service. */
import type { Drill } from '../drill/schema.js';
import type { History } from '../history/history.js';
import { isWhole } from '../history/operations.js';
import { faultText } from '../timeline/faults.js';
import { stillWithin } from '../timeline/stillness.js';
import { excuseFor } from './doubts.js';
import { consequencesOf } from './figures.js';
import { evidenceOf } from './finding.js';
import { impactOf, impactText } from './impact.js';
import { type Finding, type Judgement, judgementOf } from './verdict.js';

export function judgeNoticed(expected: boolean, history: History, drill: Drill): Finding {
  const faults = consequencesOf(history, drill).map(({ fault, span }) => {
    const impact = span ? impactOf(history, span) : null;
    const head = { evidence: [fault.event.index, fault.witness?.index] };
    const told = `${faultText(fault)}: ${impactText(impact)}`;
    if (!span || !impact)
      return { ...head, verdict: 'inconclusive' as Judgement, isNoticed: undefined, told };
    const { fail, info, slow } = impact;
    const isNoticed = fail + info + slow > 0;
    // What a machine that stood still made late was not the fault's doing.
    const isLateness = fail + info === 0 && slow > 0 && stillWithin(history, span).length > 0;
    const doubt = isLateness ? 'this machine stood still meanwhile' : excuseFor(history, drill, span);
    const verdict: Judgement = isNoticed === expected ? 'pass' : 'fail';
    const isSure = doubt === undefined && (isNoticed || isWhole(history));
    if (isSure) return { ...head, verdict, isNoticed, told };
    const why = doubt ?? 'the history is not whole';
    return { ...head, verdict: 'inconclusive' as Judgement, isNoticed, told: `${told}; ${why}` };
  });
  const verdict = judgementOf(faults);
  const telling = faults.filter((fault) => fault.verdict === verdict);
  const noticed = faults.filter(({ isNoticed }) => isNoticed).length;
  return {
    checker: 'impact',
    expectation: 'impact',
    expected: expected ? 'every fault noticed' : 'no fault noticed',
    actual: `${noticed} of ${faults.length} faults noticed`,
    verdict,
    evidence: evidenceOf(telling.flatMap(({ evidence }) => evidence)),
    message: telling.map(({ told }) => told).join('\n') || 'no fault was injected',
  };
}
