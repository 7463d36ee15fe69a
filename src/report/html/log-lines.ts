/**
 * The ends of nodes' logs, each line at its instant of the run where that can be told: by the time of day at its beginning,
 * or, of a line of JSON with a time of its own (`"at"`, milliseconds), by what the history tells of the same event.
 *
 *     {"at":3653.0,"event":"declared","target":"a"}     the history has it at 3608.9 ms: the log is 44.1 ms ahead
 */
import { instantOf } from '../../history/event.js';
import type { History } from '../../history/history.js';
import type { LogLines } from './page-model.js';

/** A log as it was read: its last part, where it is long. */
export interface LogEnd {
  node: string;
  text: string;
  cut: boolean;
}

const MOST_LINES = 1_000;
const LONGEST_LINE = 500;
const TIME_OF_DAY = /^\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?)(Z|[+-]\d\d:?\d\d)?/;

export function logLines(history: History, { node, text, cut }: LogEnd): LogLines {
  const all = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const kept = all.slice(-MOST_LINES);
  const begun = Date.parse(history.run?.started ?? '');
  const stamps = kept.map(stampOf);
  const ahead = aheadOf(history, node, stamps);
  const lines = kept.map((line, at): [number | null, string] => {
    const own = stamps[at]!.at;
    const day = dayTime(line) - begun;
    const told = own !== undefined && ahead !== undefined ? own - ahead : day;
    return [Number.isFinite(told) ? Math.round(told * 1e3) / 1e3 : null, line.slice(0, LONGEST_LINE)];
  });
  return { node, lines, cut: cut || kept.length < all.length };
}

function dayTime(line: string): number {
  const [, time, zone = 'Z'] = TIME_OF_DAY.exec(line) ?? [];
  return time === undefined ? Number.NaN : Date.parse(`${time.replace(' ', 'T').replace(',', '.')}${zone}`);
}

interface Stamped {
  at?: number;
  /** Of which event, told apart from the others of its node. */
  name?: string;
}

function stampOf(line: string): Stamped {
  if (!line.startsWith('{')) return {};
  try {
    const told = JSON.parse(line) as Record<string, unknown>;
    if (typeof told['at'] !== 'number') return {};
    return { at: told['at'], name: nameOf(told) };
  } catch {
    return {};
  }
}

function nameOf(told: Readonly<Record<string, unknown>>): string {
  return [told['event'] ?? told['type'], told['role'] ?? told['target'], told['term']].join();
}

/** By how much a log's clock is ahead of the run's, in milliseconds: the middle of what single events say. */
function aheadOf(history: History, node: string, stamps: readonly Stamped[]): number | undefined {
  const told = new Map<string, number>();
  for (const event of history.events) {
    if ((event.type !== 'role' && event.type !== 'supervisor') || event.node !== node) continue;
    if (event.type === 'role' && event.source !== 'log') continue;
    const name = nameOf({ ...event });
    if (!told.has(name)) told.set(name, instantOf(event) / 1e6);
  }
  const offsets = stamps.flatMap(({ at, name = '' }) => {
    const then = told.get(name);
    told.delete(name);
    return at === undefined || then === undefined ? [] : [at - then];
  });
  return offsets.sort((one, other) => one - other)[offsets.length >> 1];
}
