/** `build` of a service: the recipe that its image is built from. */
import { resolve } from 'node:path';
import { found, type Path } from '../problem.js';
import { listed } from '../suggest.js';
import type { ServiceContext, Values } from './context.js';
import { variablesOf } from './variables.js';

const NO_MEANING_FOR_BUILD = [
  'cache_from',
  'cache_to',
  'labels',
  'no_cache',
  'pull',
  'tags',
  'provenance',
  'sbom',
];

const AS_THEY_ARE = ['dockerfile', 'dockerfile_inline', 'target'];

/** As a key of a node; the folder from the root on. */
export function buildOf(value: unknown, path: Path, { folder, refuse, environment }: ServiceContext): Values {
  if (value === null) return {};
  if (typeof value !== 'string' && (typeof value !== 'object' || Array.isArray(value))) {
    refuse(path, { expected: 'a folder, or a map with the key `context`', found: found(value) });
    return {};
  }
  const { context = '.', ...rest } = typeof value === 'string' ? { context: value } : (value as Values);
  const build: Record<string, unknown> = { context: resolve(folder, String(context)) };
  if (/^(https?|git|ssh):|^github\.com\//.test(String(context)))
    refuse([...path, 'context'], { expected: 'a folder', found: found(context), todo: 'check it out first' });
  for (const [key, held] of Object.entries(rest)) {
    if (key === 'args') {
      const variables = variablesOf(held ?? {}, environment);
      if (variables) build[key] = variables;
      else refuse([...path, key], { expected: 'a map of arguments, or a list', found: found(held) });
    } else if (AS_THEY_ARE.includes(key)) build[key] = held;
    else if (!NO_MEANING_FOR_BUILD.includes(key) && !key.startsWith('x-'))
      refuse([...path, key], {
        on: 'key',
        message: `\`${key}\` cannot be taken`,
        expected: listed(['context', 'args', ...AS_THEY_ARE]),
        todo: 'build the image yourself, and give the node `image`',
      });
  }
  return { build };
}
