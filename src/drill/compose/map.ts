/** One map of a Compose file. What is not taken of it is named with its place: nothing is left out unseen. */
import { found, type Path, quoted } from '../problem.js';
import { didYouMean, listed } from '../suggest.js';
import type { ServiceContext, Values } from './context.js';
import { type Keys, SERVICE_TODO } from './keys.js';

type Naming = Pick<ServiceContext, 'name' | 'refuse' | 'note'>;

/** The map that stands at a path, empty where nothing does; undefined where that is no map, which is refused. */
export function mapAt(
  value: unknown,
  path: Path,
  keys: Keys,
  context: Naming,
  todo?: string,
): Values | undefined {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    context.refuse(path, { expected: 'a map', found: found(value) });
    return undefined;
  }
  const map = value as Values;
  for (const key of Object.keys(map))
    if (!keys.taken.includes(key)) leaveOut(map[key], [...path, key], keys, context, todo);
  return map;
}

/** Says of a key that is not taken what becomes of it. `path` leads to it. */
export function leaveOut(
  value: unknown,
  path: Path,
  { taken, withoutMeaning = [], ignored = {}, refused = {} }: Keys,
  { name, refuse, note }: Naming,
  todo = SERVICE_TODO,
): void {
  const key = String(path.at(-1));
  // What is switched off is not asked for.
  if (value === false || value === null || withoutMeaning.includes(key) || key.startsWith('x-')) return;
  const whole = path.filter((part) => typeof part === 'string').join('.');
  if (Object.hasOwn(ignored, key)) note(path, `\`${whole}\` of ${name} is not taken: ${ignored[key]}`);
  else if (Object.hasOwn(refused, key))
    refuse(path, { on: 'key', message: `\`${key}\` cannot be taken: ${refused[key]}`, todo });
  else {
    const known = [...taken, ...withoutMeaning, ...Object.keys(ignored), ...Object.keys(refused)];
    const near = didYouMean(key, known);
    // Those of a whole service are too many to be listed.
    const expected = near === undefined && path.length > 1 && taken.length > 0 ? listed(taken) : undefined;
    refuse(path, {
      on: 'key',
      message: `unknown key ${quoted(key)}`,
      ...(expected === undefined ? {} : { expected }),
      todo: near ?? todo,
    });
  }
}

/** Undefined for what is no map. */
export function mapOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
