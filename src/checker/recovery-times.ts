/** What each fault cost: detect, boot, init, failover with its parts, recover, as the design defines them. */

import type { Drill } from '../drill/schema.js';
import { type Bound, holds, isUpper } from '../drill/units.js';
import type { History } from '../history/history.js';
import {
  type Detection,
  declarationsOf,
  declaredBefore,
  detectionOf,
  overlaidBy,
} from '../timeline/detection.js';
import { type FaultRecord, faultsOf, faultText, nameOf, primaryFaults } from '../timeline/faults.js';
import { durationText, instantText, toMs } from '../timeline/milliseconds.js';
import { recoveriesOf } from '../timeline/recovery.js';
import { type Takeover, takeoverOf } from '../timeline/takeover.js';
import { durationFinding, type Measured } from './finding.js';
import { groundOf, lackingFigure, recoverMs, recoveryFigure } from './recovery-figure.js';
import type { FaultTimings, Finding } from './verdict.js';

type RecoveryTimes = Omit<
  FaultTimings,
  'text' | 'at_ms' | 'outage_ms' | 'impact' | 'injection_ms' | 'asked_ms' | 'lasted_ms'
>;

/** The figures of every fault, in the order of their injection. */
export function recoveryTimes(history: History, drill: Drill): RecoveryTimes[] {
  const recoveries = recoveriesOf(history, drill);
  return faultsOf(history).map((fault) => {
    const detection = detectionOf(history, drill, fault);
    const takeover = takeoverOf(history, drill, fault);
    const recovery = recoveries.after(fault);
    return {
      fault: nameOf(fault),
      target: fault.target,
      detect_ms: detection === undefined ? null : toMs(detection.took),
      boot_ms: takeover === undefined ? null : toMs(takeover.boot),
      init_ms: takeover === undefined ? null : toMs(takeover.init),
      failover_ms: takeover === undefined ? null : toMs(takeover.write.end - takeover.declared),
      failover_parts: takeover === undefined ? [] : partsOf(takeover),
      recover_ms: recoverMs(recovery),
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

export function judgeRecoveryTime(
  expectation: Expected,
  bound: Bound,
  history: History,
  drill: Drill,
): Finding {
  const nothing = 'no fault was injected that this could be measured at';
  const head = { checker: 'recovery-times', expectation, nothing };
  return durationFinding(history, drill, head, bound, figuresOf(expectation, history, drill, bound));
}

function figuresOf(expectation: Expected, history: History, drill: Drill, bound: Bound): Measured[] {
  switch (expectation) {
    case 'detect':
      return detections(history, drill, bound);
    case 'recover': {
      const recoveries = recoveriesOf(history, drill);
      return faultsOf(history).map((fault) => recoveryFigure(history, drill, recoveries, fault, bound));
    }
    default:
      return lastingFaults(history, drill, bound)
        .filter((fault) => !isOverlaid(history, drill, fault))
        .map((fault) => takeoverFigure(history, drill, fault, expectation));
  }
}

/** Faults that were healed so soon that nobody could be asked to notice them are not judged. */
function lastingFaults(history: History, drill: Drill, bound: Bound): FaultRecord[] {
  return primaryFaults(history).filter((fault) => {
    if (fault.effective === undefined || fault.over === undefined) return true;
    if (detectionOf(history, drill, fault) !== undefined) return true;
    return !isUpper(bound) || fault.over - fault.effective >= bound.value * 1e6;
  });
}

/** Whether the next fault hit the same target before anybody had noticed this one: what came of both is the next one's. */
function isOverlaid(history: History, drill: Drill, fault: FaultRecord): boolean {
  if (fault.effective === undefined || detectionOf(history, drill, fault) !== undefined) return false;
  return overlaidBy(history, fault, fault.target) !== undefined;
}

/** Whether a fault was overlaid so soon that nobody can tell which of the two was noticed, and it is in time for both. */
function mayBeNoticed(history: History, drill: Drill, fault: FaultRecord, bound: Bound): boolean {
  const [first] = declarationsOf(history, drill, fault);
  if (first === undefined || !isOverlaid(history, drill, fault)) return false;
  return isUpper(bound) && holds(bound, toMs(first.took));
}

/** Of the faults that hit the primary; of all faults where none did. */
function detections(history: History, drill: Drill, bound: Bound): Measured[] {
  const lasting =
    primaryFaults(history).length > 0 ? lastingFaults(history, drill, bound) : faultsOf(history);
  const judged = lasting.filter((fault) => !mayBeNoticed(history, drill, fault, bound));
  return judged.map((fault) => {
    const subject = nameOf(fault);
    const detection = detectionOf(history, drill, fault);
    if (detection !== undefined) {
      const { event } = detection;
      return {
        subject,
        ms: toMs(detection.took),
        message: `${faultText(fault)}, effective ${instantText(fault.effective!)}: ${event.node} declared ${event.target} failed ${durationText(detection.took)} later`,
        evidence: [fault.event.index, fault.witness!.index, event.index],
        ground: groundOf(history, drill, fault, detection.at),
      };
    }
    const before = declaredBefore(history, drill, fault);
    if (before !== undefined) return declaredAlready(fault, before);
    const later = overlaidBy(history, fault, fault.target);
    const until = later === undefined ? '' : ` before ${faultText(later)} hit it, too`;
    return lackingFigure(history, drill, fault, `no failure of ${fault.target} was declared${until}`);
  });
}

function takeoverFigure(
  history: History,
  drill: Drill,
  fault: FaultRecord,
  expectation: 'boot' | 'init' | 'failover',
): Measured {
  const takeover = takeoverOf(history, drill, fault);
  if (takeover === undefined) {
    const before = detectionOf(history, drill, fault) ? undefined : declaredBefore(history, drill, fault);
    if (before !== undefined) return declaredAlready(fault, before);
    return lackingFigure(history, drill, fault, 'no new primary acknowledged a write');
  }
  const term = takeover.term === undefined ? '' : ` (term ${takeover.term})`;
  const took = { boot: takeover.boot, init: takeover.init, failover: takeover.write.end - takeover.declared }[
    expectation
  ];
  const parts = partsOf(takeover)
    .map(({ part, ms }) => `${part} ${ms.toFixed(1)}`)
    .join(', ');
  return {
    subject: nameOf(fault),
    ms: toMs(took),
    message: `${faultText(fault)}: ${expectation} of ${takeover.node}${term} took ${durationText(took)}; from the declaration ${instantText(takeover.declared)} in ms: ${parts}`,
    evidence: [fault.event.index, ...takeover.points.map(({ index }) => index)],
    ground: groundOf(history, drill, fault, takeover.write.end),
  };
}

/** What was declared up to the effect is no detection of this fault, and its failover none from it. */
function declaredAlready(fault: FaultRecord, { event, took }: Detection): Measured {
  return {
    subject: nameOf(fault),
    ms: null,
    lacking: 'evidence',
    message: `${faultText(fault)}: ${event.node} had declared ${event.target} failed ${durationText(-took)} before it took effect, so there was nothing left to detect`,
    evidence: [fault.event.index, fault.witness!.index, event.index],
  };
}
