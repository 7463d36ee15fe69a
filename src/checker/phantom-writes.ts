/** Phantom writes: failed, that is, said not to have happened, and yet read by someone. */
import type { Bound } from '../drill/units.js';
import type { History } from '../history/history.js';
import type { Operation } from '../history/operations.js';
import { instantText } from '../timeline/milliseconds.js';
import { answererText, keysOf, membersOf, valueName, writeText, written } from '../timeline/registers.js';
import { countFinding, linesFor } from './finding.js';
import type { Finding } from './verdict.js';

interface PhantomWrite {
  write: Operation;
  /** The first read that saw it, final reads included. */
  seen: Operation;
}

/** The failed writes that were read, where no other write can explain what was read. */
export function phantomWrites(history: History): PhantomWrite[] {
  const phantoms: PhantomWrite[] = [];
  for (const { writes, reads, finals, writers } of keysOf(history)) {
    const failed = writes.filter(({ type }) => type === 'fail');
    if (failed.length === 0) continue;
    const firstReads = new Map<string, Operation>();
    const note = (name: string, read: Operation) => {
      if (!firstReads.has(name)) firstReads.set(name, read);
    };
    for (const read of [...reads, ...finals]) {
      note(valueName(read.value), read);
      for (const name of membersOf(read)) note(name, read);
    }
    for (const write of failed) {
      const name = valueName(written(write));
      const seen = firstReads.get(name);
      const explained = writers.get(name)?.some(({ type }) => type !== 'fail');
      if (seen !== undefined && !explained) phantoms.push({ write, seen });
    }
  }
  return phantoms.sort((one, other) => one.write.start - other.write.start);
}

export function judgePhantomWrites(bound: Bound, history: History): Finding {
  const phantoms = phantomWrites(history);
  const events = ({ write, seen }: PhantomWrite) => [write.complete, seen.complete];
  const { lines, evidence } = linesFor(phantoms, phantomText, events);
  const complete = keysOf(history).some(({ reads, finals }) => reads.length + finals.length > 0);
  if (!complete) lines.push('no read was answered');
  else if (phantoms.length === 0) lines.push('no failed write was ever read');
  const head = { checker: 'phantom-writes', expectation: 'phantom_writes' };
  const message = lines.join('\n');
  return countFinding(history, head, bound, { count: phantoms.length, message, evidence, complete });
}

function phantomText({ write, seen }: PhantomWrite): string {
  const failed = `${writeText(write)} failed ${instantText(write.end)} (event ${write.complete}${write.error ? `: ${write.error}` : ''})`;
  return `${failed}, yet a read${answererText(seen)} ${instantText(seen.end)} shows it (event ${seen.complete})`;
}
