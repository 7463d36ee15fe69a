/**
 * Faults take effect: every fault, and every heal, was seen by a probe, and the fault was the one asked for: at once, and for
 * as long as it should. One that was not makes no verdict.
 */
import type { Drill } from '../drill/schema.js';
import { breaks } from '../drill/steps.js';
import type { EventOf, Evidence } from '../history/event.js';
import type { History } from '../history/history.js';
import { faultsOf, faultText } from '../timeline/faults.js';
import { unsoundFaults } from '../timeline/soundness.js';
import { evidenceOf } from './finding.js';
import type { Finding } from './verdict.js';

type Indexed = { readonly index: number };
type Seen = Indexed & Pick<EventOf<'witness'>, 'witnessed' | 'evidence'>;

export function witnessFindings(history: History, drill: Drill): Finding[] {
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
    const needsProbe = (text: string, asked: Indexed | undefined, seen: Seen | undefined) => {
      if (asked !== undefined && seen === undefined)
        doubt(`${text}: no probe looked whether it took effect`, asked.index);
      else if (seen?.witnessed === false)
        doubt(`${text} did not take effect: ${seenText(seen.evidence)}`, seen.index);
    };
    needsProbe(faultText(fault), event, witness);
    // What was undone by somebody else was there for a while, and nobody knows for how long.
    for (const look of looks.filter(({ witnessed }) => !witnessed))
      doubt(`${faultText(fault)} did not last until its heal: ${seenText(look.evidence)}`, look.index);
    for (const { asked, seen } of [...parts, { asked: heal, seen: healed }])
      needsProbe(`the heal of ${faultText(fault)}${forTargets(asked ?? seen)}`, asked, seen);
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
      checker: 'witness',
      expectation: 'faults take effect',
      expected: 'every fault and heal witnessed',
      actual: good ? `${faults.length} of ${faults.length} faults witnessed` : actual,
      verdict: good ? 'pass' : 'inconclusive',
      evidence: evidenceOf(good ? faults.map(({ witness }) => witness?.index) : evidence),
      message: good ? faults.map((fault) => `${faultText(fault)} took effect`).join('\n') : lines.join('\n'),
    },
  ];
}

function forTargets(event: { targets?: string[] } | undefined): string {
  return event?.targets ? ` for ${event.targets.join(', ')}` : '';
}

function seenText(evidence: readonly Evidence[]): string {
  const wrong = evidence.filter(({ expected, observed }) => expected !== observed);
  const told = (wrong.length > 0 ? wrong : evidence).slice(0, 3);
  if (told.length === 0) return 'nothing was seen';
  return told.map((one) => `${one.subject}: expected ${one.expected}, found ${one.observed}`).join('; ');
}
