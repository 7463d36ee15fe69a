/** What every run must show besides its expectations, asked for or not. What is amiss is never the system's doing. */
import type { Drill } from '../drill/schema.js';
import { eventsOf } from '../history/by-type.js';
import type { History } from '../history/history.js';
import { flawsOf } from '../history/operations.js';
import { evidenceOf } from './finding.js';
import { countsText, inventoryLines } from './inventory.js';
import type { Finding } from './verdict.js';
import { witnessFindings } from './witness.js';

/** Whether a finding is one of those that every run has, and not of an expectation of the drill's. */
export function isOfEveryRun({ checker }: Pick<Finding, 'checker'>): boolean {
  return checker === 'witness' || checker === 'integrity';
}

export function everyRun(history: History, drill: Drill): Finding[] {
  return [
    ...witnessFindings(history, drill),
    historyComplete(history),
    carriedOut(history, drill),
    nothingLeft(history),
  ];
}

type Shown = Pick<Finding, 'expectation' | 'expected' | 'actual' | 'message'> & { evidence?: number[] };

function integrity(isGood: boolean, shown: Shown): Finding {
  return { checker: 'integrity', verdict: isGood ? 'pass' : 'inconclusive', evidence: [], ...shown };
}

function counted(things: readonly unknown[], noun: string): string {
  return `${things.length} ${noun}${things.length === 1 ? '' : 's'}`;
}

function historyComplete(history: History): Finding {
  const flaws = flawsOf(history);
  const isGood = flaws.length === 0;
  return integrity(isGood, {
    expectation: 'history complete',
    expected: 'history intact',
    actual: isGood ? 'history intact' : counted(flaws, 'flaw'),
    message: isGood ? `${history.events.length} events, whole and in order` : flaws.join('\n'),
  });
}

function carriedOut(history: History, drill: Drill): Finding {
  const problems = eventsOf(history, 'problem');
  const waits = eventsOf(history, 'waited').filter(({ reached, otherwise }) => !reached && !otherwise);
  const lines = [
    ...problems.map(({ message }) => message),
    ...waits.map((event) => `${event.for}: ${event.detail ?? 'timed out'}`),
  ];
  const begun = new Set(eventsOf(history, 'step').map(({ step }) => step));
  const missing = drill.steps.map((_, at) => at + 1).filter((step) => !begun.has(step));
  if (missing.length > 0) lines.push(`step ${missing.join(', ')} of ${drill.steps.length} never began`);
  const isGood = lines.length === 0;
  return integrity(isGood, {
    expectation: 'drill carried out',
    expected: 'all steps completed',
    actual: isGood ? 'all steps completed' : counted(lines, 'problem'),
    evidence: evidenceOf([...problems, ...waits].map(({ index }) => index)),
    message: isGood ? `${counted(drill.steps, 'step')} completed` : lines.join('\n'),
  });
}

function nothingLeft(history: History): Finding {
  const inventory = eventsOf(history, 'inventory').at(-1);
  const head = { expectation: 'nothing left behind', expected: 'no leftovers' };
  if (inventory === undefined) {
    const message = 'no inventory was taken after the run';
    return integrity(false, { ...head, actual: 'unknown', message });
  }
  const { created, leaked, unseen = [], kept, index } = inventory;
  const evidence = [index];
  const isGood = leaked.length === 0;
  if (isGood && unseen.length > 0) {
    const message = `could not be looked at: ${unseen.join(', ')}`;
    return integrity(false, { ...head, actual: 'unknown', evidence, message });
  }
  const gone =
    kept === undefined
      ? `${countsText(created)} were created, and are gone`
      : `run ${kept} was kept, as asked; \`drill down ${kept}\` removes it`;
  const lines = [isGood ? gone : `left behind: ${leaked.join(', ')}`, ...inventoryLines(inventory)];
  const actual = kept === undefined ? 'no leftovers' : 'kept, as asked';
  const message = lines.join('\n');
  return integrity(isGood, { ...head, actual: isGood ? actual : `${leaked.length} left`, evidence, message });
}
