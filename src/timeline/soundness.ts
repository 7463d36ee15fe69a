/**
 * Whether a fault was the one that was asked for: seen to take effect, at once, and for as long as it should. What was
 * another fault says nothing of the system under test.
 *
 *     asked for          |──────────── for ────────────|
 *     in force   first part ─|─ last part ... first part undone ─|─ last part undone
 */
import type { Drill } from '../drill/schema.js';
import { verbOf, withHeld } from '../drill/steps.js';
import { eventsOf } from '../history/by-type.js';
import { type EventOf, instantOf, type Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import { quantumOf } from './detectors.js';
import { type FaultRecord, faultsOf, faultText, suspectsOf } from './faults.js';
import { durationText } from './milliseconds.js';
import { beginOf } from './phases.js';

export interface Unsound {
  fault: FaultRecord;
  kind: 'unseen' | 'not at once' | 'length';
  /** A whole sentence without its stop. */
  reason: string;
}

/** How far the time in force may differ from what was asked for: the larger of the two counts. */
const TOLERANCE = { share: 0.1, least: 20e6 };

const known = new WeakMap<History, readonly Unsound[]>();

/** The faults that were not the ones asked for, in the order of their injection. */
export function unsoundFaults(history: History, drill: Drill): readonly Unsound[] {
  let unsound = known.get(history);
  if (unsound === undefined) {
    unsound = faultsOf(history).flatMap((fault) => judge(history, drill, fault));
    known.set(history, unsound);
  }
  return unsound;
}

function judge(history: History, drill: Drill, fault: FaultRecord): Unsound[] {
  const { effective, whole } = fault;
  const text = faultText(fault);
  if (effective === undefined || whole === undefined)
    return [{ fault, kind: 'unseen', reason: `${text} was never seen to take effect` }];
  const found: Unsound[] = [];
  const took = whole - effective;
  const between = declaredBetween(history, fault, effective, whole);
  if (took > quantumOf(drill)) {
    const reason = `${text} was not injected at once: its last part came into force ${durationText(took)} after its first, and at most ${durationText(quantumOf(drill))} are allowed`;
    found.push({ fault, kind: 'not at once', reason });
  } else if (between !== undefined) {
    const reason = `${text} was not injected at once: ${between} was declared failed before its last part came into force, ${durationText(took)} after its first`;
    found.push({ fault, kind: 'not at once', reason });
  }
  const length = wrongLength(history, drill, fault);
  if (length !== undefined) found.push({ fault, kind: 'length', reason: `${text} ${length}` });
  return found;
}

function declaredBetween(
  history: History,
  fault: FaultRecord,
  from: Nanoseconds,
  to: Nanoseconds,
): string | undefined {
  const suspects = suspectsOf(fault);
  return eventsOf(history, 'supervisor').find((event) => {
    const at = instantOf(event);
    return event.event === 'declared' && suspects.has(event.target) && at > from && at < to;
  })?.target;
}

/**
 * How long a fault was really in force, from the middle of its injection to the middle of its heal: how far apart the
 * parts of each lie is judged by itself. Undefined where it was not undone, or was not seen to last until then.
 */
export function lastedOf({ effective, whole, healed, looks }: FaultRecord): Nanoseconds | undefined {
  if (effective === undefined || whole === undefined || !healed?.witnessed) return undefined;
  if (looks.some(({ witnessed }) => !witnessed)) return undefined;
  return Math.round(spanOf(healed).middle - (effective + whole) / 2);
}

/** From when the first part of a fault was undone to when the last one was. */
function spanOf(healed: EventOf<'healed'>): { took: Nanoseconds; middle: Nanoseconds } {
  const last = instantOf(healed);
  const first = healed.first ?? last;
  return { took: last - first, middle: (first + last) / 2 };
}

function wrongLength(history: History, drill: Drill, fault: FaultRecord): string | undefined {
  const asked = fault.event.for;
  const lasted = lastedOf(fault);
  if (asked === undefined || lasted === undefined) return undefined;
  const { took } = spanOf(fault.healed!);
  if (took > quantumOf(drill))
    return `was not undone at once: its last part ended ${durationText(took)} after its first, and at most ${durationText(quantumOf(drill))} are allowed`;
  // Parts that lie far apart for such a length were each in force for another one, whatever the middle says.
  const apart = Math.max(took, fault.whole! - fault.effective!);
  if (apart > Math.max(asked / 2, TOLERANCE.least))
    return `was not one fault of ${durationText(asked)}: its parts came or ended up to ${durationText(apart)} apart`;
  if (Math.abs(lasted - asked) <= Math.max(TOLERANCE.share * asked, TOLERANCE.least)) return undefined;
  if (lasted < asked && isWish(history, drill, fault)) return undefined;
  const cut = lasted < asked && endedWithSteps(history, fault) ? ', for the steps had ended' : '';
  return `lasted ${durationText(lasted)}, not the ${durationText(asked)} that were asked for${cut}`;
}

function endedWithSteps(history: History, { heal }: FaultRecord): boolean {
  const end = beginOf(history, 'heal');
  return heal !== undefined && end !== undefined && heal.time >= end;
}

/** Whether a step of the drill asked for the end of a fault before its time. */
function isWish(history: History, drill: Drill, fault: FaultRecord): boolean {
  const { heal, event } = fault;
  if (heal === undefined || endedWithSteps(history, fault)) return false;
  const begun = eventsOf(history, 'step').findLast(({ index }) => index < heal.index);
  const step = begun && drill.steps[begun.step - 1];
  if (step === undefined) return false;
  return withHeld(step).some((one) => {
    const verb = verbOf(one);
    if (verb?.kind === 'heal') return ['all', event.fault, event.as].includes(verb.options);
    // These end a pause for those whom they name.
    return verb?.kind === 'resume' || verb?.kind === 'restart';
  });
}
