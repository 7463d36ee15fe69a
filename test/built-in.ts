/** What takes a catalog, with the parts that come with failover-drill. */
import { CATALOG } from '../src/catalog.js';
import { judge as judgeBy } from '../src/checker/judge.js';
import { checkDrill as checkBy } from '../src/drill/check.js';
import { drillJsonSchema as jsonSchemaOf } from '../src/drill/json-schema.js';
import {
  type LoadOptions,
  loadDrill as load,
  type ParseOptions,
  parseDrill as parse,
} from '../src/drill/load.js';
import * as needs from '../src/drill/needs.js';
import {
  type Drill,
  type DrillFile,
  decodeDrill as decode,
  encodeDrill as encode,
} from '../src/drill/schema.js';
import { stepText as textOf } from '../src/drill/step-text.js';
import type { History } from '../src/history/history.js';
import type { Catalog } from '../src/run/catalog.js';
import { loadDrills as loadAll } from '../src/run/load-drills.js';
import { type RunOptions, runDrills as run } from '../src/run/run-drills.js';
import type { System } from '../src/system/system.js';

export const judge = (history: History) => judgeBy(history, CATALOG);
export const checkDrill = (drill: Drill) => checkBy(drill, CATALOG);
export const drillJsonSchema = () => jsonSchemaOf(CATALOG);
export const loadDrill = (file: string, options?: LoadOptions) => load(file, CATALOG, options);
export const parseDrill = (
  bytes: Uint8Array | string,
  file: string,
  { catalog = CATALOG, ...options }: ParseOptions & { catalog?: Catalog } = {},
) => parse(bytes, file, catalog, options);
/** The same catalog, with a system more, or another one in the place of that of its name. */
export const catalogWithSystem = (system: System): Catalog => ({
  ...CATALOG,
  systems: { ...CATALOG.systems, [system.name]: system },
});
export const decodeDrill = (value: unknown) => decode(value, CATALOG);
export const encodeDrill = (drill: Drill): DrillFile => encode(drill, CATALOG);
export const stepText = (drill: Drill, place: number) => textOf(drill, place, CATALOG);
export const needsOf = (drill: Drill) => [...needs.needsOf(drill, CATALOG).keys()];
export const missingNeeds = (drill: Drill, offered: readonly string[], runtime: string) =>
  needs.missingNeeds(drill, CATALOG, offered, runtime);
export const lackingNeeds = (drill: Drill, capability: string, lack: string, runtime: string) =>
  needs.lackingNeeds(drill, CATALOG, capability, lack, runtime);
export const nodesNeeding = (capability: string, drill: Drill) =>
  needs.needsOf(drill, CATALOG).get(capability);
export const loadDrills = (patterns: readonly string[], cwd: string, environment = {}) =>
  loadAll(patterns, cwd, CATALOG, environment);
export const runDrills = (options: Omit<RunOptions, 'catalog'> & Partial<Pick<RunOptions, 'catalog'>>) =>
  run({ catalog: CATALOG, ...options });
