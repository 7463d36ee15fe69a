/**
 * The configuration of the replica group: who is primary in which term, and which nodes are in sync. It is
 * kept apart from the data, and changed one version at a time (PacificA: Lin, Yang, Zhang, Zhang, 2008).
 *
 *     active, term 1, primary a  --seal-->  sealed, term 2, primary b, former a
 *                                           (a is fenced, or its lease runs out)
 *                                --activate-->  active, term 2, primary b
 *
 * Every change is a compare-and-set on the version: a function that yields undefined where it no longer fits.
 */
import type { Settings } from './settings.js';

export interface Configuration {
  readonly version: number;
  readonly term: number;
  readonly primary: string;
  /** Every node that has all acknowledged writes, the primary included. Only these may be promoted. */
  readonly inSync: readonly string[];
  /** false: decided, but the term's primary may not serve yet ("sealed"). */
  readonly active: boolean;
  /** While sealed: the last active primary, which may still be serving in that term of its. */
  readonly former: { readonly node: string; readonly term: number } | null;
}

export type Change = (current: Configuration) => Configuration | undefined;

export function initialConfiguration(settings: Settings): Configuration {
  return {
    version: 1,
    term: 1,
    primary: settings.primary,
    inSync: [...settings.nodes],
    active: true,
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

/** The next term with `primary`, which may not serve before the former one surely does not. */
export function seal(at: Configuration, term: number, primary: string, inSync: readonly string[]): Change {
  return (current) =>
    current.version === at.version && current.term === at.term && current.inSync.includes(primary)
      ? {
          version: current.version + 1,
          term,
          primary,
          inSync,
          active: false,
          former: current.active ? { node: current.primary, term: current.term } : current.former,
        }
      : undefined;
}

/** The sealed term begins: its primary may serve. */
export function activate(at: Configuration, primary: string): Change {
  return (current) =>
    current.version === at.version &&
    current.term === at.term &&
    !current.active &&
    current.inSync.includes(primary)
      ? { ...current, version: current.version + 1, primary, active: true, former: null }
      : undefined;
}

/** The next term, active at once, because the primary of this one has yielded for good. */
export function handOver(
  at: Configuration,
  term: number,
  primary: string,
  inSync: readonly string[],
): Change {
  return (current) =>
    current.version === at.version &&
    current.term === at.term &&
    current.active &&
    current.inSync.includes(primary)
      ? { version: current.version + 1, term, primary, inSync, active: true, former: null }
      : undefined;
}

/** The primary of `term` asks for another in-sync set. */
export function resize(term: number, version: number, inSync: readonly string[]): Change {
  return (current) =>
    current.term === term && current.version === version && current.active && inSync.includes(current.primary)
      ? { ...current, version: current.version + 1, inSync }
      : undefined;
}
