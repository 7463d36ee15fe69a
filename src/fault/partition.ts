/**
 * Cuts links, as a grudge says. The links that the partition must leave alone are looked at as well: a one-way
 * partition that is one both ways, or an exception that is none, would prove something else than was asked.
 */
import type { CutMode, Partition } from '../drill/steps.js';
import { type Cut, describeGrudge, grudge, type ResolvedPartition } from '../topology/grudge.js';
import type { Link } from '../topology/links.js';
import { resolvePartition } from '../topology/partition.js';
import type { Aim, Fault } from './fault.js';
import {
  cutExpectation,
  type Expectation,
  lookAtLink,
  lookWhetherHeld,
  openExpectation,
} from './link-witness.js';
import { witnessEach } from './witness-each.js';

interface PartitionAim extends Aim {
  mode: CutMode;
  cuts: Cut[];
  /** Links beside the cut ones, which must stay open. */
  open: string[];
}

export const partition: Fault<Partition, PartitionAim> = {
  needs: ['links'],

  aim(options, { topology, random, links }) {
    const resolved = resolvePartition(options, topology, random);
    const cuts = grudge(resolved, links);
    const targets = targetsOf(resolved);
    const open = besides(cuts, targets, links);
    return { targets, text: describeGrudge(resolved), mode: resolved.mode, cuts, open };
  },

  async inject(fault, { mode, cuts, open }, effects) {
    const { links } = effects;
    const look = (until?: number) => (expectation: Expectation) =>
      lookAtLink(fault, expectation, effects, until);
    const cut = cuts.map((one) => cutExpectation(fault, mode, one));
    const span = await links.apply(fault, { mode, cuts });
    return {
      span,
      async witness(until) {
        // Nothing cut is no partition, however open the rest may be.
        if (cuts.length === 0) return witnessEach([], look());
        return witnessEach([...cut, ...open.map(openExpectation)], look(until));
      },
      still: () => witnessEach(cut, (expectation) => lookWhetherHeld(fault, expectation, effects)),
      async heal(_only, until) {
        const healed = await links.heal(fault);
        const free = [...cuts.map(({ link }) => link), ...open].map(openExpectation);
        return { ...(await witnessEach(free, look(until))), ...healed };
      },
    };
  },
};

/** The nodes and client groups that a partition is about; everyone, where it is about everyone. */
function targetsOf(partition: ResolvedPartition): string[] {
  switch (partition.shape) {
    case 'isolate':
    case 'bridge':
      return [...partition.targets];
    case 'groups':
      return [...new Set(partition.groups.flat())];
    case 'one-way':
    case 'link':
      return [...new Set([...partition.from, ...partition.to])];
    case 'ring':
      return [];
  }
}

/** The links that touch a target (or, where there is none, anyone who is cut off from someone) and are not cut. */
function besides(cuts: readonly Cut[], targets: readonly string[], links: readonly Link[]): string[] {
  const isCut = new Set(cuts.map(({ link }) => link));
  const touched = new Set(
    targets.length > 0
      ? targets
      : links.filter(({ name }) => isCut.has(name)).flatMap(({ from, to }) => [from, to]),
  );
  return links
    .filter(({ name, from, to }) => !isCut.has(name) && (touched.has(from) || touched.has(to)))
    .map(({ name }) => name);
}
