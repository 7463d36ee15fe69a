/**
 * Why a figure may not be the system's doing: a fault that was not the one asked for, or a machine that stood still. Such a
 * figure is inconclusive, where that could have changed the answer.
 *
 * To stand still makes what is measured longer, never shorter, but for what of it passed while the fault was injected: that
 * may have begun sooner than it was seen. A failure that was seen without that time is one still; but to stand still for
 * longer than detectors can tell from a failure may itself bring about a failover, and excuses every figure after it.
 */
import type { Drill } from '../drill/schema.js';
import { type Bound, holds } from '../drill/units.js';
import type { History } from '../history/history.js';
import { quantumOf } from '../timeline/detectors.js';
import { durationText, instantText, toMs } from '../timeline/milliseconds.js';
import type { Span } from '../timeline/phases.js';
import { unsoundFaults } from '../timeline/soundness.js';
import { longestOf, type Stillness, stillWithin, stoodStill } from '../timeline/stillness.js';
import type { Judgement } from './verdict.js';

export interface Ground {
  /** From before what is measured began to its end. */
  span: Span;
  /** The fault that it is measured from: its name, where it is not the one asked for. */
  unsound?: string | undefined;
  /** When what is measured from was brought about. */
  beginning?: Span | undefined;
  /** From what instants in it are told: `fault-1 (kill a)`. */
  since?: string | undefined;
  /** What the figure would be without the time stood still, ms or none; where it is left out, so much shorter. */
  least?: () => number | null;
}

/** Why the judgement on a figure in milliseconds cannot be relied on; undefined where it can. */
export function doubtOf(
  history: History,
  drill: Drill,
  bound: Bound,
  { verdict, ms, ground }: { verdict: Judgement; ms: number | null; ground: Ground },
): string | undefined {
  if (verdict === 'inconclusive') return undefined;
  if (ground.unsound !== undefined) return ground.unsound;
  if (verdict === 'fail') {
    const other = spoiltBefore(history, drill, ground.span);
    if (other !== undefined) return other;
  }
  const still = longestOf(stillWithin(history, ground.span));
  if (still === undefined) return undefined;
  const text = stillText(still, ground);
  const shorter = () => (ms === null ? null : Math.max(0, ms - toMs(stoodStill(history, ground.span))));
  const least = (ground.least ?? shorter)();
  if (verdict === 'fail') {
    const isExcused = still.took >= quantumOf(drill) || (least !== null && holds(bound, least));
    return isExcused ? text : undefined;
  }
  const late = ground.beginning ? toMs(stoodStill(history, ground.beginning)) : 0;
  return holds(bound, (ms ?? 0) + late) && (least === null || holds(bound, least)) ? undefined : text;
}

/** Why what is counted up to an instant may not be the system's doing; undefined where it surely is. */
export function excuseFor(history: History, drill: Drill, span: Span): string | undefined {
  const unsound = spoiltBefore(history, drill, span);
  if (unsound !== undefined) return unsound;
  const still = longestOf(stillWithin(history, span));
  return still !== undefined && still.took >= quantumOf(drill) ? stillText(still, { span }) : undefined;
}

/** The fault that was not the one asked for, of those up to the end of a span. */
function spoiltBefore(history: History, drill: Drill, { to }: Span): string | undefined {
  return unsoundFaults(history, drill).find(({ fault }) => fault.event.time <= to)?.reason;
}

function stillText({ text, from }: Stillness, { span, since }: Pick<Ground, 'span' | 'since'>): string {
  const when =
    since === undefined || from < span.from
      ? instantText(from)
      : `${durationText(from - span.from)} after ${since}`;
  return `${text}, ${when}: this machine was too busy`;
}
