/** Double primaries: how often two nodes were primary at once, who, in which terms, and what they did in it. */
import type { Bound } from '../drill/units.js';
import type { History } from '../history/history.js';
import { isWrite, operationsOf } from '../history/operations.js';
import { claimsOf } from '../timeline/claims.js';
import { FINAL } from '../timeline/client-operations.js';
import { durationText, figureText, instantText } from '../timeline/milliseconds.js';
import {
  type Holder,
  LEVELS,
  type Level,
  type Overlap,
  overlapsOf,
  termsGoneBack,
} from '../timeline/overlaps.js';
import { reignsOf } from '../timeline/reigns.js';
import { countFinding, linesFor } from './finding.js';
import type { Finding } from './verdict.js';

const MOST_TERMS = 10;
const MOST_OPERATIONS = 5;

/** How many intervals there were, on whichever level, and on each. */
export function doublePrimaryCounts(history: History): { intervals: number; levels: Record<Level, number> } {
  const overlaps = overlapsOf(history);
  const on = (level: Level) => overlaps.filter(({ levels }) => levels.has(level)).length;
  return {
    intervals: overlaps.length,
    levels: { claims: on('claims'), accepts: on('accepts'), acknowledges: on('acknowledges') },
  };
}

/** `wanted`: the levels on which an interval counts; one on a graver level counts as well. */
export function judgeDoublePrimaries(
  bound: Bound,
  history: History,
  wanted: readonly Level[] = LEVELS,
): Finding {
  const all = overlapsOf(history);
  const least = Math.min(...wanted.map((level) => LEVELS.indexOf(level)));
  const overlaps = all.filter(({ levels }) => LEVELS.slice(least).some((level) => levels.has(level)));
  const others = all.length - overlaps.length;
  const back = termsGoneBack(history);
  const text = (overlap: Overlap) => overlapText(history, overlap);
  const { lines } = linesFor(overlaps, text);
  const complete = claimsOf(history).length > 0 || reignsOf(history).length > 0;
  if (!complete) lines.push('no node was ever seen to be primary');
  else if (all.length === 0) lines.push('there was never more than one primary');
  if (others > 0)
    lines.push(`not counted: ${others} on lesser levels alone (${LEVELS.slice(0, least).join(', ')})`);
  for (const { holder, at, after, index } of back.slice(0, MOST_TERMS)) {
    lines.push(
      `the term went back: ${holderText(holder)} began ${instantText(at)}, after term ${after} (event ${index})`,
    );
  }
  const evidence = [...overlaps.flatMap((overlap) => overlap.evidence), ...back.map(({ index }) => index)];
  const head = { checker: 'double-primaries', expectation: 'double_primaries' };
  const message = lines.join('\n');
  return countFinding(history, head, bound, { count: overlaps.length, message, evidence, complete });
}

function holderText({ node, term }: Holder): string {
  return term === undefined ? node : `${node} (term ${term})`;
}

function overlapText(history: History, { holders: [one, other], from, to, levels }: Overlap): string {
  const both = `${holderText(one)} and ${holderText(other)} were both primary`;
  const span = `from ${figureText(from / 1e6)} to ${figureText(to / 1e6)}`;
  const when =
    to > from
      ? `${both} for ${durationText(to - from)}, ${span}`
      : `${both} in one term, one after the other, the second ${instantText(from)}`;
  const how = LEVELS.filter((level) => levels.has(level)).join(', ');
  const acts = [one, other].map((holder) => actsText(history, holder, from, to)).filter(Boolean);
  return [`${when} (${how})`, ...acts].join('; ');
}

/** `a acknowledged 31 writes in it (events 1204, 1210, ...)`. */
function actsText(history: History, { node, term }: Holder, from: number, to: number): string {
  const acts = operationsOf(history).operations.filter(
    (operation) =>
      operation.type === 'ok' &&
      operation.node === node &&
      operation.client !== FINAL &&
      (operation.term === undefined || term === undefined || operation.term === term) &&
      (isWrite(operation) || operation.term !== undefined) &&
      operation.end >= from &&
      operation.start <= to,
  );
  const writes = acts.filter(isWrite);
  const told = writes.length > 0 ? writes : acts;
  if (told.length === 0) return '';
  const indexes = told.slice(0, MOST_OPERATIONS).map(({ complete }) => complete);
  const more = told.length > MOST_OPERATIONS ? ', ...' : '';
  const what = told === writes ? 'write' : 'read';
  return `${node} acknowledged ${told.length} ${what}${told.length === 1 ? '' : 's'} in it (events ${indexes.join(', ')}${more})`;
}
