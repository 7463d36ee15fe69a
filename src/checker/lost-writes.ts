/**
 * Lost writes: acknowledged, and after heal and settle neither what the final read shows nor superseded. What
 * the final read shows supersedes a write unless it was surely ordered before it, that is, every write of it
 * was over before the lost one was invoked. Writes in doubt are never lost, and may always supersede. So what counts is
 * every acknowledged write that is newer than what is there in the end, also one that a later one had overwritten which is
 * lost with it: of a hundred writes to a key of which nothing is there, a hundred are lost.
 *
 *     write 1 |--ok--|                          final read -> 1:  2 is lost
 *                        write 2 |--ok--|
 *
 * A write that a read of a later term has shown to be gone was not superseded but lost (gone-writes.ts): a key
 * that is written on and on would hide every loss otherwise.
 */

import type { Bound } from '../drill/units.js';
import { derived } from '../history/derived.js';
import type { History } from '../history/history.js';
import type { Operation } from '../history/operations.js';
import { FINAL } from '../timeline/client-operations.js';
import { type FaultRecord, faultsOf, faultText } from '../timeline/faults.js';
import { GoneWrites, type TermOf, termsOf } from '../timeline/gone-writes.js';
import { durationText, instantText } from '../timeline/milliseconds.js';
import {
  answererText,
  type KeyOperations,
  keysOf,
  shows,
  valueName,
  writeText,
} from '../timeline/registers.js';
import { countFinding, linesFor } from './finding.js';
import type { Finding } from './verdict.js';

interface LostWrite {
  write: Operation;
  /** The read that shows that it is gone: the final one, or one of a later term. */
  shown: Operation;
  /** The last read of the client load that saw it. */
  lastSeen: Operation | undefined;
}

interface LostWrites {
  lost: LostWrite[];
  /** Keys with acknowledged writes that no final read has shown. */
  unread: (string | null)[];
  acknowledged: number;
}

/** The lost writes in the order of their acknowledgements. */
export const lostWrites: (history: History) => LostWrites = derived(collect);

function collect(history: History): LostWrites {
  const result: LostWrites = { lost: [], unread: [], acknowledged: 0 };
  const termOf = termsOf(history);
  for (const key of keysOf(history)) {
    const acknowledged = key.writes.filter(({ type }) => type === 'ok');
    if (acknowledged.length === 0) continue;
    result.acknowledged += acknowledged.length;
    const final = key.finals.at(-1);
    if (final === undefined) {
      result.unread.push(key.key);
      continue;
    }
    result.lost.push(...lostOf(key, acknowledged, final, termOf));
  }
  result.lost.sort((one, other) => one.write.end - other.write.end);
  return result;
}

function lostOf(
  key: KeyOperations,
  acknowledged: readonly Operation[],
  final: Operation,
  termOf: TermOf,
): LostWrite[] {
  const gone = key.collection ? undefined : new GoneWrites(key, termOf);
  const lost: LostWrite[] = [];
  for (const write of acknowledged) {
    if (write.start > final.end || shows(final, write)) continue;
    const shown = superseded(key, write, final) ? gone?.shownBy(write) : final;
    if (shown === undefined) continue;
    const seen = key.reads.filter((read) => shows(read, write));
    // Gone from a later term and then back in it, or in one after it: whatever that is, it is not lost.
    const back = (read: Operation) => read.start > shown.start && (termOf(read) ?? 0) >= (termOf(shown) ?? 0);
    if (shown !== final && seen.some(back)) continue;
    lost.push({ write, shown, lastSeen: seen.at(-1) });
  }
  return lost;
}

function superseded(key: KeyOperations, write: Operation, final: Operation): boolean {
  if (write.f === 'add' || write.f === 'append') return false;
  const writers = key.writers.get(valueName(final.value)) ?? [];
  return writers.some((other) => other !== write && other.end >= write.start);
}

/** The fault that a write's loss belongs to: the one in force when it was acknowledged, else the next one. */
function faultOf(history: History, write: Operation): FaultRecord | undefined {
  const witnessed = faultsOf(history).filter(({ effective }) => effective !== undefined);
  const inForce = witnessed.find(
    ({ effective, over }) => effective! <= write.end && write.end < (over ?? Number.POSITIVE_INFINITY),
  );
  return inForce ?? witnessed.find(({ effective }) => effective! > write.end) ?? witnessed.at(-1);
}

export function judgeLostWrites(bound: Bound, history: History): Finding {
  const { lost, unread, acknowledged } = lostWrites(history);
  const events = ({ write, shown, lastSeen }: LostWrite) => [
    write.complete,
    lastSeen?.complete,
    shown.complete,
  ];
  const { lines, evidence } = linesFor(lost, lostText, events);
  const judged = unread.length > 0 ? 'of the keys that were read at the end, ' : '';
  const first = lost[0];
  lines.unshift(
    first === undefined
      ? `${judged}every one of ${acknowledged} acknowledged writes is there, or superseded`
      : `${lost.length} of ${acknowledged} acknowledged writes are lost, of ${keysText(lost)}; ${reachText(history, first.write)}`,
  );
  if (unread.length > 0) {
    const named = unread.slice(0, 5).map((key) => key ?? 'the collection');
    const more = unread.length > 5 ? ', ...' : '';
    lines.push(
      `no final read of ${unread.length} key(s) with acknowledged writes: ${named.join(', ')}${more}`,
    );
  } else if (acknowledged === 0) lines.push('no write was acknowledged at all');
  const complete = unread.length === 0 && acknowledged > 0;
  const head = { checker: 'lost-writes', expectation: 'lost_writes' };
  const message = lines.join('\n');
  return countFinding(history, head, bound, { count: lost.length, message, evidence, complete });
}

/** `1 key`: every write counts that is newer than what is left, whether the next one had overwritten it or not. */
function keysText(lost: readonly LostWrite[]): string {
  const keys = new Set(lost.map(({ write }) => write.key)).size;
  return `${keys} key${keys === 1 ? '' : 's'}`;
}

/** How far back the earliest lost write was acknowledged: the recovery point objective that was reached. */
function reachText(history: History, write: Operation): string {
  const fault = faultOf(history, write);
  if (fault === undefined) return `the earliest was acknowledged ${instantText(write.end)}`;
  const back = fault.effective! - write.end;
  const side = back >= 0 ? 'before' : 'after';
  return `the earliest was acknowledged ${durationText(Math.abs(back))} ${side} ${faultText(fault)} took effect`;
}

function lostText({ write, shown, lastSeen }: LostWrite): string {
  const acknowledged = `${writeText(write)} (event ${write.complete}), acknowledged${answererText(write)} ${instantText(write.end)}`;
  const seen = lastSeen
    ? `last seen by a read${answererText(lastSeen)} ${instantText(lastSeen.end)} (event ${lastSeen.complete})`
    : 'never seen by a read';
  const value = Array.isArray(shown.value)
    ? `a list of ${shown.value.length} without it`
    : JSON.stringify(shown.value);
  const read =
    shown.client === FINAL ? 'the final read' : `a read${answererText(shown)} ${instantText(shown.end)}`;
  return `${acknowledged}, ${seen}; ${read} shows ${value} (event ${shown.complete})`;
}
