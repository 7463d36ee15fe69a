/** A limit for every group of clients, or one for each named one. */
import * as z from 'zod';
import { clientName } from '../topology/links.js';
import type { ExpectationPlace } from './parts.js';
import { found, type Problem } from './problem.js';
import { didYouMean, listed } from './suggest.js';
import type { Bound } from './units.js';

export type GroupLimit = Bound | Record<string, Bound>;

export function perGroup<Limit extends z.ZodType>(limit: Limit) {
  return z.union([limit, z.record(z.string(), limit)]);
}

export function isBound(limit: object): limit is Bound {
  return 'operator' in limit && typeof limit.operator === 'string';
}

/** That each named group is there. */
export function checkGroups(
  limit: Bound | Record<string, unknown>,
  { path, names }: ExpectationPlace,
): Problem[] {
  if (isBound(limit)) return [];
  const known = names.clients.map((client) => client.slice(clientName('').length));
  return Object.keys(limit)
    .filter((group) => !known.includes(group))
    .map((group) => {
      const todo = didYouMean(group, known);
      const expected = `a client group: ${listed(known)}`;
      return {
        path: [...path, group],
        on: 'key' as const,
        expected,
        found: found(group),
        ...(todo && { todo }),
      };
    });
}
