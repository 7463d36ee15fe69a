/**
 * Lives: what each node was from when to when, for those who look at a run as a whole.
 *
 *     a   starting ── standby ── primary, term 1 ──── paused ──── primary, term 1 ── down
 *
 * Who was primary is what the claims say, who was paused what the witnesses of pauses say; the rest is the last word of the
 * node or of its role. Before its first word a node is what the drill has it for.
 */
import { derived } from '../history/derived.js';
import { instantOf, type Nanoseconds } from '../history/event.js';
import { leavesOf } from '../history/fault-events.js';
import type { History } from '../history/history.js';
import { claimsOf } from './claims.js';
import { faultsOf } from './faults.js';
import { lastInstant, type Span } from './phases.js';

export type State = 'starting' | 'up' | 'standby' | 'primary' | 'paused' | 'down';

export interface Life extends Span {
  state: State;
  /** Of a primary, where it is known. */
  term: number | undefined;
}

const BY_NODE_EVENT = {
  starting: 'starting',
  running: 'up',
  loaded: 'up',
  'in-sync': 'up',
  exited: 'down',
} as const;

/** The lives of nodes and supervisors by their names; those of each follow each other without a gap. */
export const livesOf = derived((history: History): ReadonlyMap<string, readonly Life[]> => {
  const words = wordsByNode(history);
  const end = lastInstant(history);
  const nodes = history.run?.nodes ?? [];
  return new Map(
    nodes.map(({ name, role }) => {
      const own = (words.get(name) ?? []).sort((one, other) => one.at - other.at);
      const base = lastWords(own, role === 'standby' ? 'standby' : 'up', end);
      const claims = claimsOf(history).filter(({ node }) => node === name);
      const asPrimary = claims.map(({ from, to, term }): Life => ({ state: 'primary', from, to, term }));
      return [name, laid(laid(base, asPrimary), pauses(history, name, end))];
    }),
  );
});

interface Word {
  at: Nanoseconds;
  state: State;
}

function wordsByNode(history: History): Map<string, Word[]> {
  const words = new Map<string, Word[]>();
  const say = (node: string, at: Nanoseconds, state: State) => {
    const own = words.get(node);
    if (own) own.push({ at, state });
    else words.set(node, [{ at, state }]);
  };
  for (const event of history.events) {
    const at = instantOf(event);
    if (event.type === 'node') say(event.node, at, BY_NODE_EVENT[event.event]);
    else if (event.type === 'role' && event.role !== 'unknown')
      say(event.node, event.time, event.role === 'standby' ? 'standby' : 'up');
    else if (event.type === 'supervisor' && event.event === 'fenced') say(event.target, at, 'down');
  }
  for (const { event, whole } of faultsOf(history))
    if (whole !== undefined && leavesOf(event) === 'killed')
      for (const target of event.targets) say(target, whole, 'down');
  return words;
}

/** An answer may be under way for so long after its node has ended. */
const LAST_WORD: Nanoseconds = 100e6;

function lastWords(words: readonly Word[], first: State, end: Nanoseconds): Life[] {
  const lives: Life[] = [];
  const begin = (state: State, from: Nanoseconds) => {
    const last = lives.at(-1);
    if (last?.state === state) return;
    if (last) last.to = from;
    lives.push({ state, from, to: end, term: undefined });
  };
  begin(words[0]?.state === 'starting' ? 'down' : first, 0);
  for (const { at, state } of words) {
    const last = lives.at(-1)!;
    const isBelated =
      last.state === 'down' && state !== 'starting' && at < last.from + LAST_WORD && last.from > 0;
    // That a standby is up is nothing new.
    if (!isBelated && !(state === 'up' && last.state === 'standby')) begin(state, Math.min(at, end));
  }
  return lives.filter(({ from, to }) => to > from);
}

function pauses(history: History, node: string, end: Nanoseconds): Life[] {
  return faultsOf(history).flatMap(({ event, effective, over, parts }): Life[] => {
    if (effective === undefined || leavesOf(event) !== 'paused' || !event.targets.includes(node)) return [];
    const own = parts.find(({ asked }) => asked.targets?.includes(node));
    const to = (own?.seen ? instantOf(own.seen) : own?.asked.time) ?? over ?? end;
    return [{ state: 'paused', from: effective, to: Math.max(effective, to), term: undefined }];
  });
}

/** What lies on top hides what it covers. */
function laid(below: readonly Life[], top: readonly Life[]): Life[] {
  let rest = [...below];
  for (const { from, to } of top)
    rest = rest.flatMap((life) => {
      const before = { ...life, to: Math.min(life.to, from) };
      const after = { ...life, from: Math.max(life.from, to) };
      return [before, after].filter((part) => part.to > part.from);
    });
  return [...rest, ...top].filter((life) => life.to > life.from).sort((one, other) => one.from - other.from);
}
