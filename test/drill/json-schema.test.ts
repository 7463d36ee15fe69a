/** The JSON Schema, judged by a small validator of our own: it must take what the schema of the language takes. */

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { drillJsonSchema } from '../built-in.js';
import { EVERYTHING, examples, examplesIn } from './examples.js';

type Json = Record<string, unknown>;

const KNOWN = new Set([
  '$schema',
  'title',
  'description',
  'default',
  'type',
  'enum',
  'const',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'items',
  'properties',
  'required',
  'additionalProperties',
  'propertyNames',
  'minProperties',
  'maxProperties',
  'anyOf',
]);

const TYPES: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

function valid(schema: Json, value: unknown): boolean {
  for (const key of Object.keys(schema)) if (!KNOWN.has(key)) throw new Error(`unknown keyword ${key}`);
  if (schema.type !== undefined && !TYPES[schema.type as string]?.(value)) return false;
  if (schema.enum !== undefined && !(schema.enum as unknown[]).includes(value)) return false;
  if ('const' in schema && schema.const !== value) return false;
  if (schema.anyOf !== undefined && !(schema.anyOf as Json[]).some((one) => valid(one, value))) return false;
  if (typeof value === 'string') return validText(schema, value);
  if (typeof value === 'number')
    return value >= Number(schema.minimum ?? value) && value <= Number(schema.maximum ?? value);
  if (Array.isArray(value)) return validList(schema, value);
  return typeof value !== 'object' || value === null || validMap(schema, value as Json);
}

function validText(schema: Json, value: string): boolean {
  if (schema.pattern !== undefined && !new RegExp(schema.pattern as string).test(value)) return false;
  return (
    value.length >= Number(schema.minLength ?? 0) && value.length <= Number(schema.maxLength ?? Infinity)
  );
}

function validList(schema: Json, value: unknown[]): boolean {
  if (value.length < Number(schema.minItems ?? 0) || value.length > Number(schema.maxItems ?? Infinity))
    return false;
  return value.every((item) => schema.items === undefined || valid(schema.items as Json, item));
}

function validMap(schema: Json, value: Json): boolean {
  const keys = Object.keys(value);
  if (keys.length < Number(schema.minProperties ?? 0)) return false;
  if (keys.length > Number(schema.maxProperties ?? Infinity)) return false;
  if (!((schema.required ?? []) as string[]).every((key) => keys.includes(key))) return false;
  const properties = (schema.properties ?? {}) as Record<string, Json>;
  return keys.every((key) => {
    if (schema.propertyNames !== undefined && !valid(schema.propertyNames as Json, key)) return false;
    const property = Object.hasOwn(properties, key) ? properties[key] : schema.additionalProperties;
    if (property === false) return false;
    return property === undefined || property === true || valid(property as Json, value[key]);
  });
}

const schema = drillJsonSchema() as Json;

describe('the JSON Schema', () => {
  it('says what it is', () => {
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema.title).toBe('failover-drill');
    expect(Object.keys(schema.properties as Json)).toContain('topology');
  });

  it.each(examples().map(({ file, text }) => [file, text] as const))('takes %s', (_file, text) => {
    expect(valid(schema, parse(text))).toBe(true);
  });

  const language = examplesIn('../shared/language').filter(({ file }) => file.endsWith('1-split-brain.yaml'));
  it.skipIf(language.length === 0)('takes the first drill of the language by example', () => {
    for (const { text } of language) expect(valid(schema, parse(text))).toBe(true);
  });

  it.each([
    ['a misspelt key', (drill: Json) => ({ ...drill, expects: {} })],
    ['a missing key', ({ topology, ...drill }: Json) => drill],
    ['a step of two keys', (drill: Json) => ({ ...drill, steps: [{ kill: 'a', heal: 'all' }] })],
    ['a step of no key', (drill: Json) => ({ ...drill, steps: [{}] })],
    ['a short form of the wrong type', (drill: Json) => ({ ...drill, steps: [{ kill: 5 }] })],
    ['a full form with an unknown key', (drill: Json) => ({ ...drill, steps: [{ kill: { targets: 'a' } }] })],
    ['a wait for nothing known', (drill: Json) => ({ ...drill, steps: [{ wait: 'ages' }] })],
    ['a duration without a unit', (drill: Json) => ({ ...drill, expect: { recover: '<= 2' } })],
  ])('refuses %s', (_name, change) => expect(valid(schema, change(parse(EVERYTHING) as Json))).toBe(false));

  it('describes what an editor shows', () => {
    const { steps } = schema.properties as Record<string, { items: { properties: Json } }>;
    expect(JSON.stringify(steps?.items.properties.wait)).toContain('inconclusive');
  });
});
