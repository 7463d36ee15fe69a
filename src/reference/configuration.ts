/**
 * The configuration of the replica group: who is primary in which term, and which nodes are in sync. It is
 * kept apart from the data, and changed one version at a time (PacificA: Lin, Yang, Zhang, Zhang, 2008).
 *
 *     active, term 1, primary a  --seal-->  sealed, term 2, primary b, former a; the in-sync set of term 1
 *                                           (a is fenced, or its lease runs out; b brings its log to the others)
 *                                --activate-->  active, term 2, primary b; in sync are those that have b's log
 *
 * While a term is sealed nothing is acknowledged in it. So whoever was in sync before may still be promoted instead, and
 * nobody is locked out who holds everything. The first term begins sealed too.
 *
 * Every change is a compare-and-set on the version: a function that yields undefined where it no longer fits.
 */
import { type Settings, selfDeciding } from './settings.js';

/** The disks of nodes: each draws a number when it is first written to. */
export type Disks = Readonly<Record<string, number>>;

export interface Configuration {
  readonly version: number;
  readonly term: number;
  readonly primary: string;
  /** The life of the primary to which the term belongs: started again, it does not lead it. null: to any life. */
  readonly incarnation: number | null;
  /** Every node that has all acknowledged writes, the primary included. Only these may be promoted. */
  readonly inSync: readonly string[];
  /** On which disk each of these has them; with another disk it has nothing. Not told: on whichever. */
  readonly disks: Disks;
  /** false: decided, but the term's primary may not serve yet ("sealed"). */
  readonly active: boolean;
  /** While sealed: the last active primary, which may still be serving in that term of its. null: nobody was. */
  readonly former: { readonly node: string; readonly term: number } | null;
}

export type Change = (current: Configuration) => Configuration | undefined;

/** One that is to be primary, in this life of its. */
export interface Successor {
  readonly node: string;
  readonly incarnation: number | null;
}

export function initialConfiguration(settings: Settings): Configuration {
  return {
    version: 1,
    term: 1,
    primary: settings.primary,
    incarnation: null,
    inSync: [...settings.nodes],
    disks: {},
    active: selfDeciding(settings),
    former: null,
  };
}

/** Whether `one` is later than `other`; configurations decided without a quorum are ordered by term first. */
export function isLater(one: Configuration, other: Configuration): boolean {
  return one.term === other.term ? one.version > other.version : one.term > other.term;
}

/**
 * The term after `term`. With a quorum it is the next number; without one, each who decides alone draws from
 * numbers of its own, so that no two primaries ever write in the same term.
 */
export function nextTerm(settings: Settings, term: number): number {
  if (settings.quorum) return term + 1;
  const deciders = settings.trigger === 'standby' ? settings.nodes : settings.supervisors;
  const rank = deciders.indexOf(settings.name);
  let next = term + 1;
  while (next % deciders.length !== rank) next++;
  return next;
}

/** Whether nothing can have been written yet. */
export function isFirst({ active, former }: Configuration): boolean {
  return !active && former === null;
}

const isAt = (current: Configuration, { version, term }: Configuration) =>
  current.version === version && current.term === term;

/** The next term with `successor`, which may not serve before the former primary surely does not. */
export function seal(at: Configuration, term: number, { node, incarnation }: Successor): Change {
  return (current) =>
    isAt(current, at) && current.inSync.includes(node)
      ? {
          ...current,
          version: current.version + 1,
          term,
          primary: node,
          incarnation,
          active: false,
          former: current.active ? { node: current.primary, term: current.term } : current.former,
        }
      : undefined;
}

/** The sealed term begins: its primary, in this life of its, may serve. In sync are those that hold its log. */
export function activate(at: Configuration, incarnation: number, holders: Disks): Change {
  return (current) =>
    isAt(current, at) && !current.active && current.primary in holders
      ? {
          ...current,
          version: current.version + 1,
          incarnation,
          inSync: current.inSync.filter((node) => node in holders),
          disks: holders,
          active: true,
          former: null,
        }
      : undefined;
}

/** The next term, active at once, because the primary of this one has yielded for good. */
export function handOver(at: Configuration, term: number, { node, incarnation }: Successor): Change {
  return (current) =>
    isAt(current, at) && current.active && current.inSync.includes(node)
      ? { ...current, version: current.version + 1, term, primary: node, incarnation }
      : undefined;
}

/** The primary of `term` asks for another in-sync set. */
export function resize(term: number, version: number, inSync: readonly string[], disks: Disks): Change {
  return (current) =>
    current.term === term && current.version === version && current.active && inSync.includes(current.primary)
      ? { ...current, version: current.version + 1, inSync, disks }
      : undefined;
}
