/**
 * Claims: from when to when a node held itself to be primary, and in which term.
 *
 *     a   log: primary 1 ├──────────probe──────probe──┤ log: standby            one claim, ends exactly
 *     a   log: primary 1 ├──────────probe····until┤   (paused, cut off)         a lease ends it
 *     a   log: primary 1 ├──────────probe───────────────────────────────> ...   no lease: it claims on
 *     a   probe: primary ├──────────probe──────probe┤ · probe: standby          it held until here at least
 *
 * A claim begins at the first word of it and ends at the first word against it from the node's own log, at the
 * end of its lease unless it was seen to be renewed, when its process exits, is killed or fenced, or with the
 * run. Silence ends none.
 *
 * What a probe was answered was true at some instant between its question and its answer. So a claim counts from
 * an answer, and a contrary answer only says that it ended somewhere since the last question that was answered for
 * it: it ends at that question, unless the node's log says when, so that a clean handover that only probes have
 * seen is never an overlap.
 */
import type { EventOf, Nanoseconds } from '../history/event.js';
import { instantOf } from '../history/event.js';
import type { History } from '../history/history.js';
import { beginOf, lastInstant } from './phases.js';

export interface Observation {
  index: number;
  /** It was so at some instant from `at` to `by`; they are one where the node stamped it. */
  at: Nanoseconds;
  by: Nanoseconds;
  accepted: number | undefined;
}

export interface Claim {
  node: string;
  term: number | undefined;
  from: Nanoseconds;
  to: Nanoseconds;
  /** Every word of it, the first one first. */
  observations: Observation[];
}

type Word = { at: Nanoseconds; by: Nanoseconds; index: number; node: string } & (
  | { kind: 'role'; event: EventOf<'role'> }
  | { kind: 'gone' | 'started' }
);

/** A claim that is being built. */
interface Built extends Claim {
  until: Nanoseconds | undefined;
}

const built = new WeakMap<History, readonly Claim[]>();

/** The claims of a history in the order of their beginnings. */
export function claimsOf(history: History): readonly Claim[] {
  let claims = built.get(history);
  if (claims === undefined) {
    claims = build(history);
    built.set(history, claims);
  }
  return claims;
}

function build(history: History): Claim[] {
  const stop = beginOf(history, 'down') ?? lastInstant(history);
  const byNode = new Map<string, Word[]>();
  for (const word of words(history)) {
    const claims = word.kind === 'role' && word.event.role === 'primary';
    if ((claims ? word.by : word.at) > stop) continue;
    const own = byNode.get(word.node);
    if (own) own.push(word);
    else byNode.set(word.node, [word]);
  }
  const claims: Claim[] = [];
  for (const own of byNode.values()) {
    own.sort((one, other) => one.at - other.at || one.index - other.index);
    claims.push(...claimsOfNode(own, stop));
  }
  return claims.sort((one, other) => one.from - other.from);
}

function words(history: History): Word[] {
  const found: Word[] = [];
  const kills = new Map<string, string[]>();
  for (const event of history.events) {
    const { index } = event;
    const at = instantOf(event);
    const exactly = { at, by: at, index };
    switch (event.type) {
      case 'role': {
        const by = event.source === 'probe' ? event.time : at;
        found.push({ kind: 'role', at, by, index, node: event.node, event });
        break;
      }
      case 'node':
        if (event.event === 'exited') found.push({ kind: 'gone', ...exactly, node: event.node });
        if (event.event === 'starting') found.push({ kind: 'started', ...exactly, node: event.node });
        break;
      case 'supervisor':
        if (event.event === 'fenced') found.push({ kind: 'gone', ...exactly, node: event.target });
        break;
      case 'fault':
        if (event.kind === 'kill' || event.kind === 'stop') kills.set(event.fault, event.targets);
        break;
      case 'witness':
        if (!event.witnessed) break;
        for (const node of kills.get(event.fault) ?? []) found.push({ kind: 'gone', ...exactly, node });
        break;
    }
  }
  return found;
}

function claimsOfNode(own: readonly Word[], stop: Nanoseconds): Claim[] {
  const claims: Built[] = [];
  let open: Built | undefined;
  // A probe's answer may be recorded a moment after the node's own word that it has stepped down. After such a
  // word one probe is no evidence that the claim was taken up again; a second one, asked later, is.
  let left: { term: number | undefined; probed: boolean } | undefined;
  // A probe was answered that the claim is over; by then the node's log may say since when.
  let denied: { claim: Built; by: Nanoseconds } | undefined;
  const close = (to: Nanoseconds) => {
    if (open !== undefined) endAt(open, to);
    open = undefined;
  };
  const leave = (at: Nanoseconds) => {
    if (open !== undefined) left = { term: open.term, probed: false };
    close(at);
  };
  for (const word of own) {
    if (word.kind !== 'role') {
      leave(word.at);
      // What is answered from now on, a new process says.
      if (word.kind === 'started') left = undefined;
      continue;
    }
    const { event } = word;
    if (event.role !== 'primary') {
      if (event.source === 'log') {
        if (denied !== undefined && open === undefined && word.at <= denied.by) endAt(denied.claim, word.at);
        leave(word.at);
      } else if (event.role === 'standby' && open !== undefined) {
        denied = { claim: open, by: word.by };
        close(open.observations.at(-1)!.at);
      }
      continue;
    }
    if (event.until !== undefined && event.until <= (open === undefined ? word.by : word.at)) continue;
    if (event.source === 'probe' && left !== undefined && left.term === event.term && !left.probed) {
      left.probed = true;
      continue;
    }
    const seen: Observation = { index: word.index, at: word.at, by: word.by, accepted: event.accepted };
    if (open !== undefined && (open.term !== event.term || (open.until ?? word.at) < word.at)) close(word.at);
    if (open === undefined) {
      const { node, by } = word;
      open = { node, term: event.term, from: by, to: by, observations: [], until: undefined };
      claims.push(open);
    }
    left = undefined;
    open.from = Math.min(open.from, word.by);
    open.observations.push(seen);
    if (event.until !== undefined) open.until = event.until;
  }
  close(stop);
  return claims;
}

/** Lets a claim end at an instant, where its lease did not end it before. */
function endAt(claim: Built, at: Nanoseconds): void {
  claim.to = Math.max(claim.from, Math.min(at, claim.until ?? at));
}

/** The node that was primary at an instant: the holder of the highest term begun by then. */
export function primaryAt(history: History, at: Nanoseconds): string | undefined {
  let best: Claim | undefined;
  for (const claim of claimsOf(history)) {
    if (claim.from > at) break;
    if (best === undefined || (claim.term ?? 0) >= (best.term ?? 0)) best = claim;
  }
  return best?.node ?? history.run?.nodes.find((node) => node.role === 'primary')?.name;
}

/** The highest term in which anyone was primary by an instant; undefined where there were no terms. */
export function termAt(history: History, at: Nanoseconds): number | undefined {
  let term: number | undefined;
  for (const claim of claimsOf(history)) {
    if (claim.from <= at && claim.term !== undefined) term = Math.max(term ?? claim.term, claim.term);
  }
  return term;
}
