/**
 * A matrix: one drill file for several drills, one for each combination of its values.
 *
 *     matrix: { target: [a, b], mode: [drop, refuse] }        name: isolate-a-drop, isolate-a-refuse, isolate-b-drop, ...
 *     steps: [ { partition: { isolate: "${target}", mode: "${mode}" } } ]
 */
import * as z from 'zod';
import { found, type Problem } from './problem.js';
import { phrase } from './units.js';

/** More drills than these are not made of one file. */
const MOST_DRILLS = 100;

export type Values = Readonly<Record<string, string | number | boolean>>;

export const matrix = z.record(
  phrase(/^[a-z][a-z0-9_]{0,30}$/, 'a name of lower-case letters, digits and _, starting with a letter'),
  z
    .array(z.union([z.string(), z.number(), z.boolean()], { error: 'a text, a number, true or false' }))
    .min(1)
    .max(MOST_DRILLS),
);

/** The combinations of the values of a matrix that is right, a single empty one where there is none. */
export function combinationsOf(given: unknown): Values[] | undefined {
  const { success, data } = matrix.safeParse(given ?? {});
  if (!success || countOf(data) > MOST_DRILLS) return undefined;
  return Object.entries(data).reduce<Values[]>(
    (all, [name, values]) => all.flatMap((one) => values.map((each) => ({ ...one, [name]: each }))),
    [{}],
  );
}

function countOf(given: z.output<typeof matrix>): number {
  return Object.values(given).reduce((product, values) => product * values.length, 1);
}

/** What is wrong with a file that is read as one drill, by its matrix. */
export function checkMatrix(file: unknown): Problem[] {
  const given = (file as { matrix?: unknown } | null)?.matrix;
  if (given === undefined) return [];
  const { data, error } = matrix.safeParse(given);
  if (error) {
    const [name = ''] = error.issues[0]!.path;
    const value = Object.hasOwn(Object(given), name) ? (given as Record<PropertyKey, unknown>)[name] : given;
    const path = name === '' ? ['matrix'] : ['matrix', name];
    return [{ path, expected: 'a list of values for each name: { target: [a, b] }', found: found(value) }];
  }
  const count = countOf(data);
  const expected = `at most ${MOST_DRILLS} drills of one file`;
  if (count > MOST_DRILLS) return [{ path: ['matrix'], expected, found: `${count}` }];
  const todo = 'load it with `loadDrills`, which gives all of them';
  return [
    { path: ['matrix'], expected: 'a file of one drill', found: 'a matrix, which makes several', todo },
  ];
}

/** What a file holds for one combination: the values in their places, and in its name. */
export function withValues(file: unknown, values: Values): unknown {
  const names = Object.keys(values);
  if (names.length === 0) return file;
  const { matrix: _, ...rest } = file as Record<string, unknown>;
  const { name, ...others } = filled(rest, values) as { name?: unknown };
  const words = Object.values(values).map((one) =>
    String(one)
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, '-'),
  );
  return { ...others, name: typeof name === 'string' ? [name, ...words].join('-') : name };
}

function filled(value: unknown, values: Values): unknown {
  if (Array.isArray(value)) return value.map((inner) => filled(inner, values));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, values)]));
  if (typeof value !== 'string') return value;
  for (const [name, one] of Object.entries(values)) if (value === `\${${name}}`) return one;
  return value.replace(/\$\{([a-z][a-z0-9_]*)\}/g, (text, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : text,
  );
}
