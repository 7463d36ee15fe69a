/** Which of the drills that were found are meant: by their names and tags. */
import type { Drill } from '../drill/schema.js';
import { UsageError } from '../errors.js';

export interface Selection {
  /** A part of the name; `*` stands for anything. */
  filter?: string | undefined;
  /** One of these tags is enough. */
  tag?: readonly string[] | undefined;
}

/** The options that select drills, for `run` and `list`. */
export const SELECTION_OPTIONS = {
  filter: { type: 'string', describe: 'only drills whose name holds this; * stands for anything' },
  tag: {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'only drills with this tag, or one of these where it is given several times',
  },
} as const;

export function isSelected({ name, tags = [] }: Pick<Drill, 'name' | 'tags'>, selection: Selection): boolean {
  const { filter, tag: wanted = [] } = selection;
  if (wanted.length > 0 && !wanted.some((tag) => tags.includes(tag))) return false;
  if (filter === undefined) return true;
  const parts = filter.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(parts.join('.*')).test(name);
}

/** Throws a `UsageError` where none is left. */
export function selected<Entry extends { drill: Drill }>(
  drills: readonly Entry[],
  selection: Selection,
): Entry[] {
  const chosen = drills.filter(({ drill }) => isSelected(drill, selection));
  if (chosen.length > 0) return chosen;
  const tags = [...new Set(drills.flatMap(({ drill }) => drill.tags ?? []))].sort();
  const { filter, tag = [] } = selection;
  const asked = [
    ...(filter === undefined ? [] : [`--filter ${filter}`]),
    ...tag.map((one) => `--tag ${one}`),
  ];
  throw new UsageError({
    where: asked.join(' '),
    expected: 'it to leave at least one drill',
    found: `none of ${drills.length}`,
    todo:
      tags.length > 0
        ? `see \`drill list\`; their tags are ${tags.join(', ')}`
        : 'see `drill list`; none has tags',
  });
}
