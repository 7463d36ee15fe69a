/**
 * From figures to findings. The three values, and what a history that is not whole may still say: a count or a
 * worst case can only grow with more evidence, so one that breaks an upper limit already is a failure, and
 * anything else is inconclusive.
 */
import type { Drill } from '../drill/schema.js';
import { type Bound, formatBound, holds } from '../drill/units.js';
import type { History } from '../history/history.js';
import { isWhole } from '../history/operations.js';
import { figureText } from '../timeline/milliseconds.js';
import { doubtOf, type Ground } from './doubts.js';
import { type Finding, type Judgement, judgementOf } from './verdict.js';

const MOST_EVIDENCE = 50;

/** Indexes of events, each once, in order, and not more than a person would follow. */
export function evidenceOf(indexes: Iterable<number | undefined>): number[] {
  const known = new Set<number>();
  for (const index of indexes) if (index !== undefined) known.add(index);
  return [...known].sort((one, other) => one - other).slice(0, MOST_EVIDENCE);
}

/** The judgement on a figure that further evidence could only make larger. */
export function judgeGrowing(bound: Bound, figure: number, complete: boolean): Judgement {
  const kept = holds(bound, figure);
  if (complete) return kept ? 'pass' : 'fail';
  return exceeds(bound, figure) ? 'fail' : 'inconclusive';
}

/** Whether a figure is beyond what the bound allows, whatever may be added to it. */
export function exceeds(bound: Bound, figure: number): boolean {
  if (holds(bound, figure)) return false;
  return (
    bound.operator === '<=' || bound.operator === '<' || (bound.operator === '==' && figure > bound.value)
  );
}

/** What was measured of one subject (a fault, a client group) for an expectation in milliseconds. */
export interface Measured {
  subject: string;
  /** Null: there is no figure; `lacking` says whether that itself is the failure. */
  ms: number | null;
  /** `end`: it never came about, and that was seen. `evidence`: nobody can tell. */
  lacking?: 'end' | 'evidence';
  /** What is shown beside the figure: `no outage`. */
  note?: string;
  message: string;
  evidence: number[];
  /** What may have been at work besides the system; without it the figure is taken as it is. */
  ground?: Ground;
}

/** What an expectation in milliseconds comes to: every subject must keep within the bound. */
export function durationFinding(
  history: History,
  drill: Drill,
  head: { checker: string; expectation: string; nothing: string },
  bound: Bound,
  figures: readonly Measured[],
): Finding {
  const whole = isWhole(history);
  const judged = figures.map((figure) => judgedFigure(history, drill, bound, figure, whole));
  const verdict = judgementOf(judged);
  const telling = judged.filter((one) => one.verdict === verdict);
  return {
    checker: head.checker,
    expectation: head.expectation,
    expected: formatBound(bound),
    actual: actualText(figures),
    verdict,
    evidence: evidenceOf(telling.flatMap(({ figure }) => figure.evidence)),
    message: figures.length === 0 ? head.nothing : telling.map(({ message }) => message).join('\n'),
  };
}

/** The findings on several subjects, at least one, as one finding. */
export function joinedFinding(named: readonly { name: string; finding: Finding }[]): Finding {
  const verdict = judgementOf(named.map(({ finding }) => finding));
  const telling = named.filter(({ finding }) => finding.verdict === verdict).map(({ finding }) => finding);
  const text = (of: 'expected' | 'actual') =>
    named.map(({ name, finding }) => `${name} ${finding[of]}`).join(', ');
  return {
    ...named[0]!.finding,
    expected: text('expected'),
    actual: text('actual'),
    verdict,
    evidence: evidenceOf(telling.flatMap(({ evidence }) => evidence)),
    message: telling.map(({ message }) => message).join('\n'),
  };
}

function judgedFigure(
  history: History,
  drill: Drill,
  bound: Bound,
  figure: Measured,
  whole: boolean,
): { figure: Measured; verdict: Judgement; message: string } {
  const { ms, lacking, ground, message } = figure;
  const verdict =
    ms !== null ? judgeGrowing(bound, ms, whole) : lacking === 'end' && whole ? 'fail' : 'inconclusive';
  const doubt = ground && doubtOf(history, drill, bound, { verdict, ms, ground });
  if (doubt === undefined) return { figure, verdict, message };
  return { figure, verdict: 'inconclusive', message: `${message}; ${doubt}` };
}

function actualText(figures: readonly Measured[]): string {
  if (figures.length === 0) return 'not measured';
  const text = (figure: Measured) => {
    if (figure.ms !== null) return `${figureText(figure.ms)}${figure.note ? ` (${figure.note})` : ''}`;
    return figure.lacking === 'end' ? 'never' : 'not measured';
  };
  if (figures.length === 1) return text(figures[0]!);
  return figures.map((figure) => `${figure.subject} ${text(figure)}`).join(', ');
}

const MOST_LINES = 10;

/** The lines for the first of several things that are counted, and the events that show those. */
export function linesFor<Each>(
  things: readonly Each[],
  text: (each: Each) => string,
  events: (each: Each) => (number | undefined)[] = () => [],
) {
  const shown = things.slice(0, MOST_LINES);
  const more = things.length - shown.length;
  return {
    lines: [...shown.map(text), ...(more > 0 ? [`and ${more} more`] : [])],
    evidence: shown.flatMap(events),
  };
}

/** What an expectation on a count comes to. `complete`: whether more evidence could add to it. */
export function countFinding(
  history: History,
  head: { checker: string; expectation: string },
  bound: Bound,
  counted: { count: number; message: string; evidence: Iterable<number | undefined>; complete?: boolean },
): Finding {
  return {
    ...head,
    expected: formatBound(bound),
    actual: `${counted.count}`,
    verdict: judgeGrowing(bound, counted.count, isWhole(history) && counted.complete !== false),
    evidence: evidenceOf(counted.evidence),
    message: counted.message,
  };
}
