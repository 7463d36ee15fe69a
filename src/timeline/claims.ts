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
 * run. Silence ends none. While its process is stopped, and that was witnessed, a node claims nothing: it cannot serve.
 * When it goes on, so does its claim, unless its lease has run out.
 *
 * A kill ends the claim of a node only where it ended the node: of one process in it, or where the node speaks of itself
 * in the same term later on without having been started again, something else was killed.
 *
 * What a probe was answered was true at some instant between its question and its answer. So a claim counts from
 * an answer, and a contrary answer only says that it ended somewhere since the last question that was answered for
 * it: it ends at that question, unless the node's log says when, so that a clean handover that only probes have
 * seen is never an overlap.
 */
import { derived } from '../history/derived.js';
import type { EventOf, Nanoseconds } from '../history/event.js';
import { instantOf } from '../history/event.js';
import { leavesOf } from '../history/fault-events.js';
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
  /** Whether it goes on after the node was stopped. */
  isResumed: boolean;
}

type Word = { at: Nanoseconds; by: Nanoseconds; index: number; node: string } & (
  | { kind: 'role'; event: EventOf<'role'> }
  | { kind: 'gone' | 'killed' | 'started' | 'stopped' | 'resumed' }
);

/** A claim that is being built. */
interface Built extends Claim {
  until: Nanoseconds | undefined;
}

/** The claims of a history in the order of their beginnings. */
export const claimsOf: (history: History) => readonly Claim[] = derived(build);

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
    }
  }
  for (const fault of faultsSeen(history)) found.push(...wordsOfFault(fault));
  return found;
}

/** What was witnessed of a fault and its end, by its id. */
interface FaultSeen {
  fault: EventOf<'fault'>;
  witness: EventOf<'witness'>;
  /** Every heal, with what was seen of it. */
  ends: (EventOf<'heal'> | EventOf<'healed'>)[];
}

function faultsSeen(history: History): FaultSeen[] {
  const seen = new Map<string, Partial<FaultSeen> & { ends: FaultSeen['ends'] }>();
  for (const event of history.events) {
    if (event.type === 'fault') seen.set(event.fault, { fault: event, ends: [] });
    else if (event.type === 'witness' && event.witnessed && event.before === undefined)
      Object.assign(seen.get(event.fault) ?? {}, { witness: event });
    else if (event.type === 'heal' || event.type === 'healed') seen.get(event.fault)?.ends.push(event);
  }
  return [...seen.values()].filter(
    (one): one is FaultSeen => one.fault !== undefined && one.witness !== undefined,
  );
}

function wordsOfFault({ fault, witness, ends }: FaultSeen): Word[] {
  // Of several targets, any may have been the last one.
  const whole = Math.max(instantOf(witness), fault.targets.length > 1 ? (witness.last ?? 0) : 0);
  const say = (
    kind: 'killed' | 'stopped' | 'resumed',
    node: string,
    at: Nanoseconds,
    index: number,
  ): Word => {
    return { kind, node, at, by: at, index };
  };
  switch (leavesOf(fault)) {
    case 'killed':
      return fault.targets.map((node) => say('killed', node, whole, witness.index));
    case 'paused':
      return fault.targets.flatMap((node) => {
        const stopped = say('stopped', node, whole, witness.index);
        const ended = ends.filter(({ targets }) => targets === undefined || targets.includes(node));
        const first = ended.find(({ type }) => type === 'healed') ?? ended[0];
        if (first === undefined) return [stopped];
        const at = (first.type === 'healed' ? first.first : undefined) ?? instantOf(first);
        return [stopped, say('resumed', node, Math.max(whole, at), first.index)];
      });
    default:
      return [];
  }
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
  // The claim of a process that is stopped.
  let halted: Built | undefined;
  for (const [place, word] of own.entries()) {
    if (word.kind === 'stopped') {
      halted = open;
      close(word.at);
      continue;
    }
    if (word.kind === 'resumed') {
      if (open === undefined && halted !== undefined && (halted.until ?? word.at + 1) > word.at) {
        const { node, term, until } = halted;
        const seen: Observation = { index: word.index, at: word.at, by: word.at, accepted: undefined };
        open = { node, term, from: word.at, to: word.at, observations: [seen], until, isResumed: true };
        claims.push(open);
      }
      halted = undefined;
      continue;
    }
    if (word.kind !== 'role') {
      if (word.kind === 'killed' && livesOn(own.slice(place + 1), word.at, (open ?? halted)?.term)) continue;
      halted = undefined;
      leave(word.at);
      // What is answered from now on, a new process says.
      if (word.kind === 'started') left = undefined;
      continue;
    }
    const { event } = word;
    // What it says of itself while it is stopped, it says as it goes on.
    if (event.role !== 'unknown') halted = undefined;
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
      open = {
        node,
        term: event.term,
        from: by,
        to: by,
        observations: [],
        until: undefined,
        isResumed: false,
      };
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

/** An answer may be under way for so long after a process was killed. */
const LAST_WORD: Nanoseconds = 100e6;

/** Whether a node that was hit by a kill goes on as what it was, without having ended or been started again. */
function livesOn(later: readonly Word[], killed: Nanoseconds, term: number | undefined): boolean {
  for (const word of later) {
    if (word.kind === 'gone' || word.kind === 'started') return false;
    if (word.kind !== 'role' || word.event.role === 'unknown' || word.at <= killed + LAST_WORD) continue;
    return word.event.term === term;
  }
  return false;
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
    if (claim.isResumed) continue;
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
