/**
 * Plug-ins: parts of the user's own, beside those that come with failover-drill. A plug-in is a module whose default
 * export is a `Plugin`, or a function that makes one of the kit (kit.ts). It is code, loaded only where a drill file or
 * the command line names it.
 */
import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import type { Expectation } from '../checker/expectation.js';
import { EXPECTATION_NEEDS } from '../drill/parts.js';
import { isVerb } from '../drill/steps.js';
import { listed } from '../drill/suggest.js';
import { isError, messageOf, UsageError } from '../errors.js';
import type { Fault } from '../fault/fault.js';
import type { Scenario } from '../fault/scenario.js';
import { KIT, type Kit } from '../kit.js';
import type { System } from '../system/system.js';
import type { Workload } from '../workload/workload.js';
import type { Catalog } from './catalog.js';

export interface Plugin {
  readonly faults?: readonly Fault[];
  readonly scenarios?: readonly Scenario[];
  readonly systems?: readonly System[];
  readonly expectations?: readonly Expectation[];
  readonly workloads?: readonly Workload[];
}

/** What a plug-in's module exports by default. */
export type PluginExport = Plugin | ((kit: Kit) => Plugin);

const KINDS = [
  'faults',
  'scenarios',
  'systems',
  'expectations',
  'workloads',
] as const satisfies readonly (keyof Plugin)[];

/** The catalog with the parts of a plug-in. Throws a UsageError where a name is taken; `from` is what errors call it. */
export function extended(catalog: Catalog, plugin: Plugin, from = 'a plug-in'): Catalog {
  return { ...withParts(catalog, plugin, from), given: true };
}

/** The catalog with the parts of plug-in files. Rejects with a UsageError where one of them is none; `where` names it. */
export async function withPluginFiles(
  base: Catalog,
  files: readonly string[],
  folder: string,
  where: string,
): Promise<Catalog> {
  let catalog = base;
  for (const file of files) {
    const path = resolve(folder, file);
    if (catalog.files.includes(path)) continue;
    const plugin = await pluginOf(path, `${where}: plug-in ${file}`);
    catalog = { ...withParts(catalog, plugin, `${where}: plug-in ${file}`), files: [...catalog.files, path] };
  }
  return catalog;
}

type Kind = (typeof KINDS)[number];

const isObject = (value: unknown) => typeof value === 'object' && value !== null;
const isFunction = (value: unknown) => typeof value === 'function';
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');
const SCHEMA = { is: isObject, expected: 'a schema' };
const DOES = { is: isFunction, expected: 'a function' };
const TEXTS = { is: isTexts, expected: 'a list of texts' };
const NEEDS = {
  is: (value: unknown) =>
    isTexts(value) && value.every((need) => (EXPECTATION_NEEDS as readonly string[]).includes(need)),
  expected: `a list of some of ${listed(EXPECTATION_NEEDS, 'and')}`,
};

/** What a part of each kind has at least. */
const MEMBERS: Readonly<
  Record<Kind, Readonly<Record<string, { is(value: unknown): boolean; expected: string }>>>
> = {
  faults: { schema: SCHEMA, needs: DOES, check: DOES, aim: DOES, inject: DOES },
  scenarios: { schema: SCHEMA, needs: DOES, check: DOES, play: DOES },
  systems: { operations: TEXTS, program: DOES, connect: DOES },
  expectations: { schema: SCHEMA, needs: NEEDS, judge: DOES },
  workloads: {
    about: { is: (value) => typeof value === 'string', expected: 'a text' },
    operations: DOES,
    generator: DOES,
  },
};

const NAME = /^[a-z][a-z0-9_-]{0,40}$/;

function withParts(catalog: Catalog, plugin: Plugin, where: string): Catalog {
  const more = KINDS.map((kind) => {
    const known: Record<string, unknown> = { ...catalog[kind] };
    for (const part of plugin[kind] ?? []) {
      assertPart(kind, part, where);
      if (Object.hasOwn(known, part.name) || isTaken(kind, part.name, catalog))
        throw new UsageError({
          where,
          expected: `a name for \`${kind}\` that is not taken`,
          found: `"${part.name}"`,
          todo: 'choose another name',
        });
      known[part.name] = part;
    }
    return [kind, known];
  });
  return { ...catalog, ...(Object.fromEntries(more) as Pick<Catalog, Kind>) };
}

function assertPart(kind: Kind, part: { readonly name: string }, where: string): void {
  const refuse = (expected: string, found: string) => {
    throw new UsageError({ where, expected, found, todo: SEE });
  };
  if (!NAME.test(part.name))
    refuse(`a name of lower-case letters, digits, - and _ for each of its \`${kind}\``, `"${part.name}"`);
  for (const [member, { is, expected }] of Object.entries(MEMBERS[kind])) {
    const value = (part as unknown as Record<string, unknown>)[member];
    if (!is(value)) refuse(`\`${member}\` of "${part.name}" to be ${expected}`, shown(value));
  }
}

const SEE = 'see the guide to plug-ins in src/README.md';

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'function' ? 'a function' : JSON.stringify(value);
}

/** Faults and scenarios are steps, whose names are shared with the verbs of the language. */
function isTaken(kind: string, name: string, { faults, scenarios }: Catalog): boolean {
  if (kind !== 'faults' && kind !== 'scenarios') return false;
  // Histories of the first language have events of that kind.
  const isOld = name === 'kill-process';
  return isOld || isVerb(name) || Object.hasOwn(faults, name) || Object.hasOwn(scenarios, name);
}

async function pluginOf(path: string, where: string): Promise<Plugin> {
  if (!existsSync(path))
    throw new UsageError({ where, expected: 'a file', found: `none at ${path}`, todo: 'correct the path' });
  const isTyped = /^\.[cm]?ts$/.test(extname(path));
  if (isTyped && !('typescript' in process.features && process.features.typescript))
    throw new UsageError({
      where,
      expected: 'JavaScript, or a Node that strips types',
      found: `TypeScript, and Node ${process.versions.node}, which does not`,
      todo: 'use Node 22.18 or later, or compile it first',
    });
  let plugin: unknown;
  try {
    const { default: exported } = (await import(pathToFileURL(path).href)) as { default?: unknown };
    plugin = typeof exported === 'function' ? exported(KIT) : exported;
  } catch (error) {
    // A syntax error tells its place in the first line of its stack alone.
    const [place = ''] = isError(error) ? (error.stack ?? '').split('\n') : [];
    const found = place.startsWith('file:') ? `${messageOf(error)} (${place})` : messageOf(error);
    throw new UsageError(
      { where, expected: 'a module that loads', found, todo: 'correct it' },
      { cause: error },
    );
  }
  if (isPlugin(plugin)) return plugin;
  throw new UsageError({
    where,
    expected: `a default export with one or more of ${listed(KINDS)}, each a list of parts with names; or a function that gives that at once`,
    found: plugin === undefined ? 'nothing' : plugin instanceof Promise ? 'a promise' : shown(plugin),
    todo: SEE,
  });
}

function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  return (
    keys.length > 0 &&
    keys.every((key) => {
      const parts = (value as Record<string, unknown>)[key];
      const isKind = (KINDS as readonly string[]).includes(key);
      return isKind && Array.isArray(parts) && parts.every((part) => typeof part?.name === 'string');
    })
  );
}
