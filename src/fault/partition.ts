/**
 * Cuts links, as a grudge says. The links that the partition must leave alone are looked at as well: a one-way
 * partition that is one both ways, or an exception that is none, would prove something else than was asked.
 */
import * as z from 'zod';
import { checkPartition } from '../drill/check-partition.js';
import { forDuration, label, link, selector } from '../drill/step-keys.js';
import {
  CUT_MODES,
  type Cut,
  type CutMode,
  describeGrudge,
  grudge,
  type ResolvedPartition,
} from '../topology/grudge.js';
import type { Link } from '../topology/links.js';
import { PARTITION_SHAPES, type Partition, resolvePartition } from '../topology/partition.js';
import { parseLinkSelector } from '../topology/selector.js';
import { type Aim, defineFault } from './fault.js';
import { isProxied, shapingNeeds } from './shaping.js';

const schema = z
  .strictObject({
    isolate: selector.optional().meta({ description: 'cut these from everyone else, both ways' }),
    groups: z
      .array(z.array(selector).min(1))
      .min(2)
      .optional()
      .meta({ description: 'cut each group from the other groups, both ways' }),
    from: selector.optional().meta({ description: 'one way: what these send to `to` is lost' }),
    to: selector.optional(),
    bridge: selector.optional().meta({ description: 'two halves that only this node can reach' }),
    ring: z
      .enum(['majorities'])
      .optional()
      .meta({ description: 'every node sees a majority, no two see the same' }),
    link: link.optional().meta({ description: 'only the link `a->b`, both its streams' }),
    except: z.array(selector).optional().meta({ description: 'these keep their links to everyone' }),
    mode: z
      .enum(CUT_MODES)
      .meta({
        description:
          'how a cut shows itself: refuse (connections close at once, new ones are refused), drop (bytes vanish), stall (bytes are held, and delivered after the heal)',
      })
      .default('drop'),
    as: label,
    for: forDuration,
  })
  .check((context) => {
    const partition = context.value;
    const given = PARTITION_SHAPES.filter((shape) => partition[shape] !== undefined);
    const refuse = (message: string, found: string) =>
      context.issues.push({ code: 'custom', input: partition, message, params: { found } });
    if (given.length !== 1) {
      const found = given.map((shape) => `\`${shape}\``).join(' and ') || 'none of them';
      refuse('one of `isolate`, `groups`, `from` and `to`, `bridge`, `ring`, `link`', found);
    } else if (partition.from !== undefined && partition.to === undefined) {
      refuse('`from` and `to` together', '`from` alone');
    } else if (partition.from === undefined && partition.to !== undefined) {
      refuse('`to` only together with `from`', `\`to\` and \`${given[0]}\``);
    }
  });

export interface PartitionAim extends Aim {
  mode: CutMode;
  cuts: Cut[];
  /** Links beside the cut ones, which must stay open. */
  open: string[];
}

export const partition = defineFault({
  name: 'partition',
  schema,
  needs: (options) => (options.mode === 'stall' ? shapingNeeds(sidesOf(options)) : ['links']),
  check: checkPartition,

  aim(options, { topology, random, links }): PartitionAim {
    const resolved = resolvePartition(options, topology, random);
    const cuts = grudge(resolved, links);
    const targets = targetsOf(resolved);
    const open = openBeside(cuts, targets, links);
    return { targets, text: describeGrudge(resolved), mode: resolved.mode, cuts, open };
  },

  async inject(fault, { mode, cuts, open }, { links }) {
    const changed = { mode, cuts };
    return {
      span: await links.apply(fault, changed),
      // Nothing cut is no partition, however open the rest may be.
      witness: (until) => links.look(fault, { changed, open: cuts.length === 0 ? [] : open }, until),
      still: () => links.look(fault, { changed }, 'glance'),
      async heal(_only, until) {
        const healed = await links.heal(fault);
        const all = [...cuts.map(({ link }) => link), ...open];
        return { ...(await links.look(fault, { open: all }, until)), ...healed };
      },
    };
  },
});

/** Between whom a partition cuts; a bridge and a ring, which have no sides, are about nodes. */
function sidesOf({ isolate, groups, from, to, link }: Partition): string[] {
  if (groups) return groups.filter((group) => !group.every(isProxied)).length > 1 ? [] : ['power'];
  const sides = link === undefined ? { from: from ?? isolate, to } : parseLinkSelector(link);
  return [sides?.from, sides?.to].filter((side) => side !== undefined);
}

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
function openBeside(cuts: readonly Cut[], targets: readonly string[], links: readonly Link[]): string[] {
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
