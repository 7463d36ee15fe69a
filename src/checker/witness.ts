/**
 * Faults take effect: every fault, and every heal, was seen by a probe, and the fault was the one asked for: at once, and for
 * as long as it should. One that was not makes no verdict.
 */
import { breaks } from '../drill/steps.js';
import { faultsOf, faultText } from '../timeline/faults.js';
import { unsoundFaults } from '../timeline/soundness.js';
import type { Checker } from './checker.js';
import { evidenceOf } from './finding.js';

export const witnessChecker: Checker = {
  name: 'witness',
  check(history, drill) {
    const faults = faultsOf(history);
    if (faults.length === 0 && !drill.steps.some(breaks)) return [];
    const lines: string[] = [];
    const evidence: number[] = [];
    const doubt = (text: string, index: number) => {
      lines.push(text);
      evidence.push(index);
    };
    for (const fault of faults) {
      const { event, witness, looks, parts, heal, healed } = fault;
      if (witness === undefined)
        doubt(`${faultText(fault)}: no probe looked whether it took effect`, event.index);
      else if (!witness.witnessed) {
        doubt(`${faultText(fault)} did not take effect: ${seenText(witness.evidence)}`, witness.index);
      }
      // What was undone by somebody else was there for a while, and nobody knows for how long.
      for (const look of looks) {
        if (look.witnessed) continue;
        doubt(`${faultText(fault)} did not last until its heal: ${seenText(look.evidence)}`, look.index);
      }
      for (const { asked, seen } of [...parts, { asked: heal, seen: healed }]) {
        const heal = `the heal of ${faultText(fault)}${forTargets(asked ?? seen)}`;
        if (asked !== undefined && seen === undefined)
          doubt(`${heal}: no probe looked whether it took effect`, asked.index);
        else if (seen !== undefined && !seen.witnessed)
          doubt(`${heal} did not take effect: ${seenText(seen.evidence)}`, seen.index);
      }
    }
    if (faults.length === 0) lines.push('no fault was injected, though the drill has some');
    const unwitnessed = lines.length;
    for (const { fault, kind, reason } of unsoundFaults(history, drill))
      if (kind !== 'unseen') doubt(reason, (fault.witness ?? fault.event).index);
    const good = lines.length === 0;
    const others = lines.length - unwitnessed;
    const actual = [
      ...(unwitnessed > 0 ? [`${unwitnessed} not witnessed`] : []),
      ...(others > 0 ? [`${others} not as asked for`] : []),
    ].join(', ');
    return [
      {
        checker: this.name,
        expectation: 'faults take effect',
        expected: 'every fault and heal witnessed',
        actual: good ? `${faults.length} of ${faults.length} faults witnessed` : actual,
        verdict: good ? 'pass' : 'inconclusive',
        evidence: evidenceOf(good ? faults.map(({ witness }) => witness?.index) : evidence),
        message: good
          ? faults.map((fault) => `${faultText(fault)} took effect`).join('\n')
          : lines.join('\n'),
      },
    ];
  },
};

function forTargets(event: { targets?: string[] } | undefined): string {
  return event?.targets ? ` for ${event.targets.join(', ')}` : '';
}

function seenText(evidence: readonly { subject: string; expected: string; observed: string }[]): string {
  const wrong = evidence.filter(({ expected, observed }) => expected !== observed);
  const told = (wrong.length > 0 ? wrong : evidence).slice(0, 3);
  if (told.length === 0) return 'nothing was seen';
  return told.map((one) => `${one.subject}: expected ${one.expected}, found ${one.observed}`).join('; ');
}
