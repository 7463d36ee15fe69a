/** What became of the service after a fault, as a figure with its reasons. */

import type { Drill } from '../drill/schema.js';
import { type Bound, formatBound, isUpper } from '../drill/units.js';
import type { Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import { type FaultRecord, faultText, nameOf } from '../timeline/faults.js';
import { durationText, instantText, toMs } from '../timeline/milliseconds.js';
import { lastInstant } from '../timeline/phases.js';
import { askedAfter, type Boundary, Recoveries, type Recovery } from '../timeline/recovery.js';
import { answererText } from '../timeline/registers.js';
import { unsoundFaults } from '../timeline/soundness.js';
import { stoodStill } from '../timeline/stillness.js';
import type { Ground } from './doubts.js';
import { evidenceOf, type Measured } from './finding.js';

/** Null where the service never recovered, and where nobody can tell. */
export function recoverMs(recovery: Recovery | undefined): number | null {
  if (recovery?.kind === 'recovered') return toMs(recovery.took);
  return recovery?.kind === 'none' ? 0 : null;
}

/** Without a bound, one that ended too soon for it counts as never, too. */
export function recoveryFigure(
  history: History,
  drill: Drill,
  recoveries: Recoveries,
  fault: FaultRecord,
  bound?: Bound,
): Measured {
  const recovery = recoveries.after(fault);
  const { effective } = fault;
  if (recovery === undefined || effective === undefined) return lackingFigure(history, drill, fault, '');
  const head = { subject: nameOf(fault), evidence: [fault.event.index, fault.witness!.index] };
  const since = `${faultText(fault)}, effective ${instantText(effective)}`;
  const { boundary } = recovery;
  const until = `${BOUNDARIES[boundary.what]} ${durationText(boundary.at - effective)} after that`;
  // Without the time stood still a stretch may be none, so that the service was back long before, or just so much shorter.
  const least = () => {
    const lenient = recoverMs(new Recoveries(history, drill, { isLenient: true }).after(fault));
    if (recovery.kind !== 'recovered') return lenient;
    const { took, operation } = recovery;
    const still = stoodStill(history, { from: fault.event.time, to: operation.end });
    return Math.min(lenient ?? Number.POSITIVE_INFINITY, toMs(Math.max(0, took - still)));
  };
  const ground = { ...groundOf(history, drill, fault, boundary.at), least };
  switch (recovery.kind) {
    case 'none': {
      const message = `${since}: no outage: the service went on until ${until}`;
      return { ...head, ms: 0, note: 'no outage', message, ground };
    }
    case 'recovered': {
      const { took, operation, of } = recovery;
      const message = `${since}: service recovered ${durationText(took)} later, with a ${of} that ${operation.node ?? 'the system'} acknowledged ${instantText(operation.end)}`;
      return {
        ...head,
        ms: toMs(took),
        message,
        evidence: [...head.evidence, operation.complete ?? operation.invoke],
        ground: { ...groundOf(history, drill, fault, operation.end), least },
      };
    }
    case 'never': {
      const { group, of, last } = recovery;
      const known = last
        ? `; the last one was${answererText(last)} ${instantText(last.end)} (event ${last.complete})`
        : '';
      const message = `${since}: the service did not recover: no ${of} of group ${group} was acknowledged any more when ${until}${known}`;
      const evidence = evidenceOf([...head.evidence, last?.complete]);
      // A fault that was undone before the time was up is none that the service had to recover from by itself.
      const isTooSoon =
        boundary.what === 'undone' &&
        bound !== undefined &&
        isUpper(bound) &&
        boundary.at - effective < bound.value * 1e6;
      if (!isTooSoon) return { ...head, ms: null, lacking: 'end', message, evidence, ground };
      const note = `${message}, before the ${formatBound(bound)} had passed: let the fault last longer`;
      return { ...head, ms: null, lacking: 'evidence', message: note, evidence };
    }
    case 'unknown': {
      const why = askedAfter(history, drill, effective)
        ? `${until}, too soon to tell`
        : 'no client that follows the primary asked anything after it';
      return { ...head, ms: null, lacking: 'evidence', message: `${since}: ${why}` };
    }
  }
}

const BOUNDARIES: Readonly<Record<Boundary['what'], string>> = {
  undone: 'it was undone',
  fault: 'the next fault came',
  change: 'a planned change of primary came',
  steps: 'the steps ended',
  load: 'the load ended',
};

/** The figure that never came about, or that nobody can tell. */
export function lackingFigure(history: History, drill: Drill, fault: FaultRecord, never: string): Measured {
  const seen = fault.effective !== undefined;
  return {
    subject: nameOf(fault),
    ms: null,
    lacking: seen ? 'end' : 'evidence',
    message: seen
      ? `${faultText(fault)}, effective ${instantText(fault.effective!)}: ${never}`
      : `${faultText(fault)} was never seen to take effect, so nothing can be measured from it`,
    evidence: [fault.event.index, ...(fault.witness ? [fault.witness.index] : [])],
    ground: groundOf(history, drill, fault, fault.over ?? lastInstant(history)),
  };
}

/** What else may have been at work from before a fault to the end of a figure that is measured from it. */
export function groundOf(history: History, drill: Drill, fault: FaultRecord, to: Nanoseconds): Ground {
  const { event, effective = event.time, whole = effective } = fault;
  const unsound = unsoundFaults(history, drill).find((one) => one.fault === fault);
  return {
    span: { from: event.time, to },
    unsound: unsound?.reason,
    beginning: { from: event.time, to: whole },
    since: faultText(fault),
  };
}
