/** What each fault cost: detect, boot, init, failover with its parts, recover, as the design defines them. */

import type { Expectations } from '../drill/expectations.js';
import type { Drill } from '../drill/schema.js';
import { type Bound, holds } from '../drill/units.js';
import type { History } from '../history/history.js';
import type { Checker } from './checker.js';
import { declarationsOf, detectionOf, overlaidBy } from './detection.js';
import { type FaultRecord, faultsOf, faultText, primaryFaults } from './faults.js';
import { durationFinding, type Measured } from './finding.js';
import { durationText, instantText, toMs } from './milliseconds.js';
import { Recoveries } from './recovery.js';
import { type Takeover, takeoverOf } from './takeover.js';
import type { FaultTimings, Finding } from './verdict.js';

export type RecoveryTimes = Omit<FaultTimings, 'outage_ms'>;

/** The figures of every fault, in the order of their injection. */
export function recoveryTimes(history: History, drill: Drill): RecoveryTimes[] {
  const recoveries = new Recoveries(history, drill);
  return faultsOf(history).map((fault) => {
    const detection = detectionOf(history, fault);
    const takeover = takeoverOf(history, fault);
    const recovery = recoveries.after(fault);
    return {
      fault: fault.event.as ?? fault.event.fault,
      target: fault.target,
      detect_ms: detection === undefined ? null : toMs(detection.took),
      boot_ms: takeover === undefined ? null : toMs(takeover.boot),
      init_ms: takeover === undefined ? null : toMs(takeover.init),
      failover_ms: takeover === undefined ? null : toMs(takeover.write.end - takeover.declared),
      failover_parts: takeover === undefined ? [] : partsOf(takeover),
      recover_ms: recovery === undefined ? null : toMs(recovery.took),
    };
  });
}

/** Each part in whole microseconds, so that their sum is the failover. */
function partsOf({ declared, points }: Takeover): { part: string; ms: number }[] {
  let before = 0;
  return points.map(({ part, at }) => {
    const until = Math.round((at - declared) / 1e3);
    const ms = (until - before) / 1e3;
    before = until;
    return { part, ms };
  });
}

type Expected = 'detect' | 'boot' | 'init' | 'failover' | 'recover';

export const recoveryTimesChecker: Checker = {
  name: 'recovery-times',
  check(history, drill) {
    const findings: Finding[] = [];
    const names: Expected[] = ['detect', 'boot', 'init', 'failover', 'recover'];
    for (const expectation of names) {
      const bound = (drill.expect as Expectations)[expectation];
      if (bound === undefined) continue;
      const head = {
        checker: this.name,
        expectation,
        nothing: 'no fault was injected that this could be measured at',
      };
      findings.push(durationFinding(history, head, bound, figuresOf(expectation, history, drill, bound)));
    }
    return findings;
  },
};

function figuresOf(expectation: Expected, history: History, drill: Drill, bound: Bound): Measured[] {
  switch (expectation) {
    case 'detect':
      return detections(history, bound);
    case 'recover': {
      const recoveries = new Recoveries(history, drill);
      return faultsOf(history).map((fault) => recoveryFigure(recoveries, fault));
    }
    default:
      return lastingFaults(history, bound)
        .filter((fault) => !isOverlaid(history, fault))
        .map((fault) => takeoverFigure(history, fault, expectation));
  }
}

/** Faults that were healed so soon that nobody could be asked to notice them are not judged. */
function lastingFaults(history: History, bound: Bound): FaultRecord[] {
  return primaryFaults(history).filter((fault) => {
    if (fault.effective === undefined || fault.over === undefined) return true;
    if (detectionOf(history, fault) !== undefined) return true;
    return !isUpper(bound) || fault.over - fault.effective >= bound.value * 1e6;
  });
}

function isUpper({ operator }: Bound): boolean {
  return operator === '<=' || operator === '<' || operator === '==';
}

/** Whether the next fault hit the same target before anybody had noticed this one: what came of both is the next one's. */
function isOverlaid(history: History, fault: FaultRecord): boolean {
  if (fault.effective === undefined || detectionOf(history, fault) !== undefined) return false;
  return overlaidBy(history, fault, fault.target) !== undefined;
}

/** Whether a fault was overlaid so soon that nobody can tell which of the two was noticed, and it is in time for both. */
function mayBeNoticed(history: History, fault: FaultRecord, bound: Bound): boolean {
  const [first] = declarationsOf(history, fault);
  if (first === undefined || !isOverlaid(history, fault)) return false;
  return isUpper(bound) && holds(bound, toMs(first.took));
}

/** Of the faults that hit the primary; of all faults where none did. */
function detections(history: History, bound: Bound): Measured[] {
  const lasting = primaryFaults(history).length > 0 ? lastingFaults(history, bound) : faultsOf(history);
  const judged = lasting.filter((fault) => !mayBeNoticed(history, fault, bound));
  return judged.map((fault) => {
    const subject = fault.event.as ?? fault.event.fault;
    const detection = detectionOf(history, fault);
    if (detection !== undefined) {
      const { event } = detection;
      return {
        subject,
        ms: toMs(detection.took),
        message: `${faultText(fault)}, effective ${instantText(fault.effective!)}: ${event.node} declared ${event.target} failed ${durationText(detection.took)} later`,
        evidence: [fault.event.index, fault.witness!.index, event.index],
      };
    }
    const later = overlaidBy(history, fault, fault.target);
    const before = later === undefined ? '' : ` before ${faultText(later)} hit it, too`;
    return lackingFigure(fault, `nobody declared ${fault.target} failed${before}`);
  });
}

function takeoverFigure(
  history: History,
  fault: FaultRecord,
  expectation: 'boot' | 'init' | 'failover',
): Measured {
  const takeover = takeoverOf(history, fault);
  if (takeover === undefined) return lackingFigure(fault, 'no new primary acknowledged a write');
  const term = takeover.term === undefined ? '' : ` (term ${takeover.term})`;
  const took = { boot: takeover.boot, init: takeover.init, failover: takeover.write.end - takeover.declared }[
    expectation
  ];
  const parts = partsOf(takeover)
    .map(({ part, ms }) => `${part} ${ms.toFixed(1)}`)
    .join(', ');
  return {
    subject: fault.event.as ?? fault.event.fault,
    ms: toMs(took),
    message: `${faultText(fault)}: ${expectation} of ${takeover.node}${term} took ${durationText(took)}; from the declaration ${instantText(takeover.declared)} in ms: ${parts}`,
    evidence: [fault.event.index, ...takeover.points.map(({ index }) => index)],
  };
}

function recoveryFigure(recoveries: Recoveries, fault: FaultRecord): Measured {
  const recovery = recoveries.after(fault);
  if (recovery === undefined) {
    if (fault.effective !== undefined && !recoveries.askedAfter(fault.effective)) {
      const figure = lackingFigure(fault, 'no client that follows the primary asked anything after it');
      return { ...figure, lacking: 'evidence' };
    }
    return lackingFigure(fault, 'the service did not recover');
  }
  const { write } = recovery;
  return {
    subject: fault.event.as ?? fault.event.fault,
    ms: toMs(recovery.took),
    message: `${faultText(fault)}, effective ${instantText(fault.effective!)}: service recovered ${durationText(recovery.took)} later, with a write that ${write.node ?? 'the system'} acknowledged ${instantText(write.end)}`,
    evidence: [fault.event.index, fault.witness!.index, write.complete ?? write.invoke],
  };
}

function lackingFigure(fault: FaultRecord, never: string): Measured {
  const seen = fault.effective !== undefined;
  return {
    subject: fault.event.as ?? fault.event.fault,
    ms: null,
    lacking: seen ? 'end' : 'evidence',
    message: seen
      ? `${faultText(fault)}, effective ${instantText(fault.effective!)}: ${never}`
      : `${faultText(fault)} was never seen to take effect, so nothing can be measured from it`,
    evidence: [fault.event.index, ...(fault.witness ? [fault.witness.index] : [])],
  };
}
