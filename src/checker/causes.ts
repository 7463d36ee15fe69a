/**
 * A likely cause of an expectation that failed, where the history shows one: a hint for a person, which decides nothing.
 *
 *     lost_writes failed  ->  `replication: async` acknowledges a write before a standby has it
 */
import type { Drill } from '../drill/schema.js';
import { eventsOf } from '../history/by-type.js';
import { instantOf } from '../history/event.js';
import { leavesOf } from '../history/fault-events.js';
import type { History } from '../history/history.js';
import { endsOf, faultsOf, faultText, suspectsOf } from '../timeline/faults.js';
import { figureText } from '../timeline/milliseconds.js';
import { overlapsOf } from '../timeline/overlaps.js';
import { lostWrites } from './lost-writes.js';
import type { FaultTimings, Finding } from './verdict.js';

type Look = (history: History, drill: Drill, faults: readonly FaultTimings[]) => string | undefined;

const DELAYS: readonly Look[] = [lostMajority, failedFence, unprovoked, longestPart];

/** By checker, where to look first. */
const LOOKS: Readonly<Record<string, readonly Look[]>> = {
  'lost-writes': [twoPrimaries, earlyAcknowledgement, allAtOnce],
  'double-primaries': [failedFence, missingProtections],
  'stale-reads': [twoPrimaries, lostOnes],
  linearizability: [twoPrimaries, lostOnes],
  failovers: [unprovoked],
  'recovery-times': DELAYS,
  availability: DELAYS,
  budget: DELAYS,
};

/** A finding with its likely cause; `faults` are the figures of the history's. */
export function withCause(
  finding: Finding,
  history: History,
  drill: Drill,
  faults: readonly FaultTimings[],
): Finding {
  if (finding.verdict !== 'fail') return finding;
  for (const look of LOOKS[finding.checker] ?? []) {
    const cause = look(history, drill, faults);
    if (cause !== undefined) return { ...finding, cause };
  }
  return finding;
}

function twoPrimaries(history: History): string | undefined {
  const both = overlapsOf(history).some(({ levels }) => levels.has('acknowledges'));
  return both ? 'two primaries acknowledged to clients at once' : undefined;
}

function earlyAcknowledgement(_history: History, { topology }: Drill): string | undefined {
  return topology.replication === 'async'
    ? '`replication: async` acknowledges a write before a standby has it'
    : undefined;
}

function allAtOnce(history: History): string | undefined {
  const nodes = (history.run?.nodes ?? []).filter(({ kind }) => kind === 'node');
  const all = faultsOf(history).find(({ event }) => nodes.every(({ name }) => event.targets.includes(name)));
  return all && `${faultText(all)} hit every node at once: what was not on a disk is gone`;
}

function lostOnes(history: History): string | undefined {
  return lostWrites(history).lost.length > 0 ? 'acknowledged writes were lost' : undefined;
}

function failedFence(history: History): string | undefined {
  const failed = eventsOf(history, 'supervisor').find(({ event }) => event === 'fence-failed');
  return (
    failed && `${failed.node} could not fence ${failed.target}${failed.detail ? `: ${failed.detail}` : ''}`
  );
}

function missingProtections(_history: History, { topology: { supervisor } }: Drill): string | undefined {
  if (supervisor === 'none') return undefined;
  const { quorum, fencing, lease } = supervisor;
  const off = [
    ...(quorum ? [] : ['no quorum']),
    ...(fencing ? (fencing.confirm ? [] : ['fencing that is not confirmed']) : ['no fencing']),
    ...(lease === false ? ['no lease'] : []),
  ];
  return off.length > 0 ? `the drill has ${off.join(', ')}` : undefined;
}

function lostMajority(history: History): string | undefined {
  const members = (history.run?.nodes ?? []).filter(({ kind }) => kind === 'supervisor');
  const hit = new Set(
    faultsOf(history).flatMap(({ event }) => (leavesOf(event) === undefined ? [] : event.targets)),
  );
  const gone = members.filter(({ name }) => hit.has(name)).length;
  if (gone === 0 || 2 * (members.length - gone) > members.length) return undefined;
  return `${gone} of ${members.length} supervisors were hit: the others are no majority`;
}

/** A node that no fault had hit was held to be failed. */
function unprovoked(history: History): string | undefined {
  const faults = faultsOf(history);
  const told = eventsOf(history, 'supervisor').find((event) => {
    if (event.event !== 'declared' && event.event !== 'fenced') return false;
    const before = faults.filter((fault) => fault.event.time <= instantOf(event));
    const ends = (links: (typeof faults)[number]['event']['cuts']) =>
      (links ?? []).flatMap(({ link }) => endsOf(link));
    return !before.some(
      (fault) => suspectsOf(fault).has(event.target) || ends(fault.event.cuts).includes(event.target),
    );
  });
  if (told === undefined) return undefined;
  const { node, event, target, detail } = told;
  const what = event === 'fenced' ? `fenced ${target}` : `declared ${target} failed`;
  return `${node} ${what}, which no fault had hit${detail ? ` (${detail})` : ''}`;
}

/** Of the slowest failover, detection included. */
function longestPart(_history: History, _drill: Drill, faults: readonly FaultTimings[]): string | undefined {
  const sumOf = (parts: readonly { ms: number }[]) => parts.reduce((sum, { ms }) => sum + ms, 0);
  const [slowest = []] = faults
    .map(({ detect_ms, failover_parts }) => [
      { part: 'detection', ms: detect_ms ?? 0 },
      ...failover_parts.map(({ part, ms }) => ({ part: `up to "${part}"`, ms })),
    ])
    .sort((one, other) => sumOf(other) - sumOf(one));
  const [longest] = slowest.toSorted((one, other) => other.ms - one.ms);
  if (longest === undefined || longest.ms === 0) return undefined;
  return `the longest part, ${longest.part}, took ${figureText(longest.ms)} of ${figureText(sumOf(slowest))}`;
}
