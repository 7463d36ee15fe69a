/**
 * Stale reads: a read that returns something older than a write that was acknowledged before the read began.
 *
 *     write 1 |--ok--|  write 2 |--ok--|
 *                                        read |--ok--| -> 1       stale by the time since 2 was acknowledged
 *
 * A register's value is older where every write of it was over before the newer write was invoked; nothing is
 * older than everything. A list is stale where an element is missing.
 */

import type { Bound } from '../drill/units.js';
import { derived } from '../history/derived.js';
import type { Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import type { Operation } from '../history/operations.js';
import { durationText, instantText } from '../timeline/milliseconds.js';
import {
  answererText,
  type KeyOperations,
  keysOf,
  membersOf,
  valueName,
  written,
} from '../timeline/registers.js';
import { lowerBound } from '../timeline/service-record.js';
import { countFinding, linesFor } from './finding.js';
import type { Finding } from './verdict.js';

interface StaleRead {
  read: Operation;
  /** The first acknowledged of the writes that it should have shown, or something newer. */
  missed: Operation;
  /** Since that acknowledgement, when the read began. */
  stale: Nanoseconds;
}

/** The stale reads of the client load, in the order of their beginnings. */
export const staleReads = derived((history: History): readonly StaleRead[] =>
  keysOf(history)
    .flatMap((key) => (key.collection ? staleLists(key) : staleValues(key)))
    .sort((one, other) => one.read.start - other.read.start),
);

function staleValues({ writes, writers, reads }: KeyOperations): StaleRead[] {
  const acknowledged = writes
    .filter(({ type }) => type === 'ok')
    .sort((one, other) => one.start - other.start);
  // For each place, the write among it and the later ones that was acknowledged first.
  const earliest: Operation[] = new Array(acknowledged.length);
  for (let at = acknowledged.length - 1; at >= 0; at -= 1) {
    const next = earliest[at + 1];
    earliest[at] = next !== undefined && next.end <= acknowledged[at]!.end ? next : acknowledged[at]!;
  }
  const lastEnd = new Map<string, Nanoseconds>();
  for (const [name, own] of writers)
    lastEnd.set(
      name,
      own.reduce((end, write) => Math.max(end, write.end), 0),
    );
  const stale: StaleRead[] = [];
  for (const read of reads) {
    const until = read.value === null ? Number.NEGATIVE_INFINITY : lastEnd.get(valueName(read.value));
    // A value that nobody wrote is not old but wrong; the linearizability checker has it.
    if (until === undefined) continue;
    const missed = earliest[lowerBound(acknowledged.length, (at) => acknowledged[at]!.start > until)];
    if (missed !== undefined && missed.end < read.start) {
      stale.push({ read, missed, stale: read.start - missed.end });
    }
  }
  return stale;
}

function staleLists({ writes, reads }: KeyOperations): StaleRead[] {
  const acknowledged = writes.filter(({ type }) => type === 'ok').sort((one, other) => one.end - other.end);
  const stale: StaleRead[] = [];
  for (const read of reads) {
    const members = membersOf(read);
    for (const write of acknowledged) {
      if (write.end >= read.start) break;
      if (members.has(valueName(written(write)))) continue;
      stale.push({ read, missed: write, stale: read.start - write.end });
      break;
    }
  }
  return stale;
}

export function judgeStaleReads(bound: Bound, history: History): Finding {
  const stale = staleReads(history);
  const events = ({ read, missed }: StaleRead) => [read.complete, missed.complete];
  const { lines, evidence } = linesFor(stale, staleText, events);
  const complete = keysOf(history).some(({ reads }) => reads.length > 0);
  if (!complete) lines.push('no read was answered');
  else if (stale.length === 0) lines.push('every read was as new as the writes acknowledged before it began');
  else {
    const worst = stale.reduce((most, one) => (one.stale > most.stale ? one : most));
    lines.unshift(`${stale.length} stale reads, the worst by ${durationText(worst.stale)}`);
  }
  const head = { checker: 'stale-reads', expectation: 'stale_reads' };
  const message = lines.join('\n');
  return countFinding(history, head, bound, { count: stale.length, message, evidence, complete });
}

function staleText({ read, missed, stale }: StaleRead): string {
  const value = Array.isArray(read.value) ? `a list of ${read.value.length}` : JSON.stringify(read.value);
  const where = read.key === null ? '' : ` of ${read.key}`;
  return `a read${where}${answererText(read)} began ${instantText(read.start)} and returned ${value} (event ${read.complete}), without ${JSON.stringify(written(missed))}, acknowledged ${durationText(stale)} before (event ${missed.complete})`;
}
