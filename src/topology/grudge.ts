/**
 * Who is cut from whom, as data (after Jepsen's grudges): a pure function of a partition and the links.
 *
 * Packets from X to Y travel on two links: on X->Y in the upstream direction, and on Y->X as answers, in the
 * downstream direction. A cut both ways takes both streams of both links; a one-way cut one stream of each:
 *
 *                 upstream     downstream
 *     link a->b     cut                       packets from a to b are lost,
 *     link b->a                   cut         those from b to a arrive
 *
 * In `refuse` mode connections are closed, and no stream is cut alone: one way means that X cannot dial Y.
 * The power device stands for a network of its own, cut only where a partition names it.
 */
import { kindOf, type Link, POWER } from './links.js';

/**
 * How a cut shows itself: `refuse`: connections close at once, new ones are refused; `drop`: bytes vanish; `stall`: bytes
 * are held, and delivered after the heal.
 */
export const CUT_MODES = ['refuse', 'drop', 'stall'] as const;
export type CutMode = (typeof CUT_MODES)[number];

export type Stream = 'upstream' | 'downstream';

/** What is cut of one link. */
export interface Cut {
  link: string;
  streams: Stream[];
}

/** A partition whose selectors have been resolved to names. */
export type ResolvedPartition = (
  | { shape: 'isolate'; targets: readonly string[] }
  | { shape: 'groups'; groups: readonly (readonly string[])[] }
  | { shape: 'one-way'; from: readonly string[]; to: readonly string[] }
  | { shape: 'bridge'; targets: readonly string[] }
  | { shape: 'ring' }
  | { shape: 'link'; from: readonly string[]; to: readonly string[] }
) & { except: readonly string[]; mode: CutMode };

/** Whether packets from one to the other are lost. */
type Loses = (from: string, to: string) => boolean;

const BOTH: readonly Stream[] = ['upstream', 'downstream'];

/** The cuts of a partition, in the order of the links. */
export function grudge(partition: ResolvedPartition, links: readonly Link[]): Cut[] {
  const kept = (link: Link) => partition.except.includes(link.from) || partition.except.includes(link.to);
  const loses = losses(partition, links);
  const cuts: Cut[] = [];
  for (const link of links) {
    if (kept(link)) continue;
    const streams = cutStreams(partition, link, loses);
    if (streams.length > 0) cuts.push({ link: link.name, streams });
  }
  return cuts;
}

function cutStreams(partition: ResolvedPartition, link: Link, loses: Loses): Stream[] {
  const forth = loses(link.from, link.to);
  if (partition.shape === 'link' || partition.mode === 'refuse') return forth ? [...BOTH] : [];
  return BOTH.filter((stream) => (stream === 'upstream' ? forth : loses(link.to, link.from)));
}

function losses(partition: ResolvedPartition, links: readonly Link[]): Loses {
  switch (partition.shape) {
    case 'isolate':
      return isolated(partition.targets);
    case 'groups':
      return parted(partition.groups);
    case 'one-way':
    case 'link':
      return (from, to) => partition.from.includes(from) && partition.to.includes(to);
    case 'bridge':
      return parted(halves(partition.targets, links));
    case 'ring':
      return majorities(membersOf(links));
  }
}

/** The targets stay in touch with each other and with nobody else. */
function isolated(targets: readonly string[]): Loses {
  const powerNamed = targets.includes(POWER);
  return (from, to) => {
    if ((from === POWER || to === POWER) && !powerNamed) return false;
    return targets.includes(from) !== targets.includes(to);
  };
}

/** Each group is cut from the other groups; whoever is in none, or in both, keeps all links. */
function parted(groups: readonly (readonly string[])[]): Loses {
  return (from, to) => {
    const sender = groups.filter((group) => group.includes(from));
    const receiver = groups.filter((group) => group.includes(to));
    return sender.length > 0 && receiver.length > 0 && !sender.some((group) => receiver.includes(group));
  };
}

/** Nodes and supervisors without the bridge, each kind cut in the middle of its sorted names. */
function halves(bridge: readonly string[], links: readonly Link[]): string[][] {
  const rest = membersOf(links).filter((name) => !bridge.includes(name));
  const sides: [string[], string[]] = [[], []];
  for (const kind of ['node', 'supervisor']) {
    const names = rest.filter((name) => kindOf(name) === kind);
    const middle = Math.ceil(names.length / 2);
    sides[0].push(...names.slice(0, middle));
    sides[1].push(...names.slice(middle));
  }
  return sides;
}

/**
 * The members stand in a ring and see only the nearest on both sides, just enough for a majority, so that
 * everyone sees a majority and no two see the same. Three are too few for a ring: there the two outer ones
 * of a row do not see each other, which has the same property.
 */
function majorities(members: readonly string[]): Loses {
  const count = members.length;
  if (count === 3) return parted([[members[0] as string], [members[2] as string]]);
  const majority = Math.floor(count / 2) + 1;
  const reach = Math.ceil((majority - 1) / 2);
  const places = new Map(members.map((name, place) => [name, place]));
  return (from, to) => {
    const [a, b] = [places.get(from), places.get(to)];
    if (a === undefined || b === undefined) return false;
    const apart = Math.abs(a - b);
    return Math.min(apart, count - apart) > reach;
  };
}

/** Nodes and supervisors, by name, sorted. */
function membersOf(links: readonly Link[]): string[] {
  const names = new Set(links.flatMap((link) => [link.from, link.to]));
  return [...names].filter((name) => ['node', 'supervisor'].includes(kindOf(name))).sort();
}

/** A partition in one line: `a cut off from everyone but client:west (drop)`. */
export function describeGrudge(partition: ResolvedPartition): string {
  const except = partition.except.length > 0 ? ` but ${together(partition.except)}` : '';
  const kept = partition.except.length > 0 ? `, except for ${together(partition.except)}` : '';
  const text = (): string => {
    switch (partition.shape) {
      case 'isolate':
        return `${together(partition.targets)} cut off from everyone${except}`;
      case 'groups':
        return `${partition.groups.map(together).join(' | ')} cut off from each other${kept}`;
      case 'one-way':
        return `packets from ${together(partition.from)} to ${together(partition.to)} lost, one way${kept}`;
      case 'bridge':
        return `two halves with only ${together(partition.targets)} between them${kept}`;
      case 'ring':
        return `everyone sees a majority, no two the same one${kept}`;
      case 'link':
        return `the link ${together(partition.from)}->${together(partition.to)} cut${kept}`;
    }
  };
  return `${text()} (${partition.mode})`;
}

function together(names: readonly string[]): string {
  return names.length > 0 ? names.join(', ') : 'no node';
}
