/** Faults take effect: every fault, and every heal, was seen by a probe. One that was not makes no verdict. */
import { FAULT_STEPS, type Step, type StepKind, stepOf } from '../drill/steps.js';
import type { Checker } from './checker.js';
import { faultsOf, faultText } from './faults.js';
import { evidenceOf } from './finding.js';

const BREAKING: readonly StepKind[] = FAULT_STEPS;

/** Whether a drill means to inject anything. */
function meansFaults(steps: readonly Step[]): boolean {
  return steps.some((step) => {
    const { kind, options } = stepOf(step);
    return kind === 'together' ? meansFaults(options) : BREAKING.includes(kind);
  });
}

export const witnessChecker: Checker = {
  name: 'witness',
  check(history, drill) {
    const faults = faultsOf(history);
    if (faults.length === 0 && !meansFaults(drill.steps)) return [];
    const lines: string[] = [];
    const evidence: number[] = [];
    const doubt = (text: string, index: number) => {
      lines.push(text);
      evidence.push(index);
    };
    for (const fault of faults) {
      const { event, witness, heal, healed } = fault;
      if (witness === undefined)
        doubt(`${faultText(fault)}: no probe looked whether it took effect`, event.index);
      else if (!witness.witnessed) {
        doubt(`${faultText(fault)} did not take effect: ${seenText(witness.evidence)}`, witness.index);
      }
      if (heal !== undefined && healed === undefined) {
        doubt(`the heal of ${faultText(fault)}: no probe looked whether it took effect`, heal.index);
      } else if (healed !== undefined && !healed.witnessed) {
        doubt(
          `the heal of ${faultText(fault)} did not take effect: ${seenText(healed.evidence)}`,
          healed.index,
        );
      }
    }
    if (faults.length === 0) lines.push('no fault was injected, though the drill has some');
    const good = lines.length === 0;
    return [
      {
        checker: this.name,
        expectation: 'faults take effect',
        expected: 'every fault and heal witnessed',
        actual: good
          ? `${faults.length} of ${faults.length} faults witnessed`
          : `${lines.length} not witnessed`,
        verdict: good ? 'pass' : 'inconclusive',
        evidence: evidenceOf(good ? faults.map(({ witness }) => witness?.index) : evidence),
        message: good
          ? faults.map((fault) => `${faultText(fault)} took effect`).join('\n')
          : lines.join('\n'),
      },
    ];
  },
};

function seenText(evidence: readonly { subject: string; expected: string; observed: string }[]): string {
  const wrong = evidence.filter(({ expected, observed }) => expected !== observed);
  const told = (wrong.length > 0 ? wrong : evidence).slice(0, 3);
  if (told.length === 0) return 'nothing was seen';
  return told.map((one) => `${one.subject}: expected ${one.expected}, found ${one.observed}`).join('; ');
}
