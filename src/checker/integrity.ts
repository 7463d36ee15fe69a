/** What every run must show besides its expectations: a whole history, a drill carried out, nothing left behind. */
import { eventsOf } from '../history/by-type.js';
import { flawsOf } from '../history/operations.js';
import type { Checker } from './checker.js';
import { evidenceOf } from './finding.js';
import { countsText, inventoryLines } from './inventory.js';

export const historyCompleteChecker: Checker = {
  name: 'integrity',
  check(history) {
    const flaws = flawsOf(history);
    const good = flaws.length === 0;
    return [
      {
        checker: this.name,
        expectation: 'history complete',
        expected: 'no flaw',
        actual: good ? 'no flaw' : `${flaws.length} flaw${flaws.length === 1 ? '' : 's'}`,
        verdict: good ? 'pass' : 'inconclusive',
        evidence: [],
        message: good ? `${history.events.length} events, whole and in order` : flaws.join('\n'),
      },
    ];
  },
};

export const carriedOutChecker: Checker = {
  name: 'integrity',
  check(history, drill) {
    const lines: string[] = [];
    const evidence: number[] = [];
    for (const { message, index } of eventsOf(history, 'problem')) {
      lines.push(message);
      evidence.push(index);
    }
    for (const event of eventsOf(history, 'waited')) {
      if (event.reached) continue;
      lines.push(`waited for ${event.for} in vain${event.detail ? `: ${event.detail}` : ''}`);
      evidence.push(event.index);
    }
    const begun = new Set(eventsOf(history, 'step').map(({ step }) => step));
    const missing = drill.steps.map((_, at) => at + 1).filter((step) => !begun.has(step));
    if (missing.length > 0) lines.push(`step ${missing.join(', ')} of ${drill.steps.length} never began`);
    const good = lines.length === 0;
    return [
      {
        checker: this.name,
        expectation: 'drill carried out',
        expected: 'every step done, every wait over in time',
        actual: good ? 'done' : `${lines.length} problem${lines.length === 1 ? '' : 's'}`,
        verdict: good ? 'pass' : 'inconclusive',
        evidence: evidenceOf(evidence),
        message: good ? `${drill.steps.length} steps done` : lines.join('\n'),
      },
    ];
  },
};

export const nothingLeftChecker: Checker = {
  name: 'integrity',
  check(history) {
    const inventory = eventsOf(history, 'inventory').at(-1);
    const head = { checker: this.name, expectation: 'nothing left behind', expected: 'nothing' };
    if (inventory === undefined) {
      const message = 'no inventory was taken after the run';
      return [{ ...head, actual: 'unknown', verdict: 'inconclusive', evidence: [], message }];
    }
    const { created, leaked, unseen = [], kept, index } = inventory;
    if (leaked.length === 0 && unseen.length > 0) {
      const message = `could not be looked at: ${unseen.join(', ')}`;
      return [{ ...head, actual: 'unknown', verdict: 'inconclusive', evidence: [index], message }];
    }
    const good = leaked.length === 0;
    const actual = kept === undefined ? 'nothing' : 'kept, as asked';
    const gone =
      kept === undefined
        ? `${countsText(created)} were created, and are gone`
        : `run ${kept} was kept, as asked; \`drill down ${kept}\` removes it`;
    const lines = [good ? gone : `left behind: ${leaked.join(', ')}`, ...inventoryLines(inventory)];
    return [
      {
        ...head,
        actual: good ? actual : `${leaked.length} left`,
        // A leak is ours or the engine's, never the system's.
        verdict: good ? 'pass' : 'inconclusive',
        evidence: [index],
        message: lines.join('\n'),
      },
    ];
  },
};
