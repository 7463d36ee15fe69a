/** A partition as a drill has it, with its selectors resolved to who they stand for now. */
import { InternalError } from '../errors.js';
import type { Random } from '../random.js';
import type { CutMode, ResolvedPartition } from './grudge.js';
import { parseLinkSelector, parseSelector, resolveSelector, type TopologyView } from './selector.js';

export const PARTITION_SHAPES = ['isolate', 'groups', 'from', 'bridge', 'ring', 'link'] as const;

/** A partition as a drill file has it: one of its shapes. */
export interface Partition {
  isolate?: string | undefined;
  groups?: string[][] | undefined;
  from?: string | undefined;
  to?: string | undefined;
  bridge?: string | undefined;
  ring?: 'majorities' | undefined;
  link?: string | undefined;
  except?: string[] | undefined;
  mode: CutMode;
}

/** The names that the text of a selector stands for now. The text has been checked when the drill was loaded. */
export function resolveText(text: string, view: TopologyView, random: Random): string[] {
  const selector = parseSelector(text);
  if (selector.kind === 'error') throw new InternalError(`the selector "${text}" was not checked`);
  return resolveSelector(selector, view, random);
}

/** What is said of a fault whose selector stands for none now. */
export function unmatched(selector: string): string {
  return `no node matched \`${selector}\``;
}

export function resolvePartition(
  partition: Partition,
  view: TopologyView,
  random: Random,
): ResolvedPartition {
  const names = (text: string) => resolveText(text, view, random);
  const common = { mode: partition.mode, except: (partition.except ?? []).flatMap(names) };
  if (partition.isolate !== undefined)
    return { shape: 'isolate', targets: names(partition.isolate), ...common };
  if (partition.groups !== undefined) {
    const groups = partition.groups.map((group) => [...new Set(group.flatMap(names))]);
    return { shape: 'groups', groups, ...common };
  }
  if (partition.from !== undefined && partition.to !== undefined)
    return { shape: 'one-way', from: names(partition.from), to: names(partition.to), ...common };
  if (partition.bridge !== undefined) return { shape: 'bridge', targets: names(partition.bridge), ...common };
  if (partition.ring !== undefined) return { shape: 'ring', ...common };
  const sides = partition.link === undefined ? undefined : parseLinkSelector(partition.link);
  if (!sides) throw new InternalError('a partition without a shape');
  return { shape: 'link', from: names(sides.from), to: names(sides.to), ...common };
}
