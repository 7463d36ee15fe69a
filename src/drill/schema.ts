/**
 * The schema of a drill file: the one source of the types, of the validation, and of the JSON Schema that
 * editors read. Decoding gives a `Drill` (units as plain numbers, short forms in full, defaults filled in);
 * encoding a `Drill` gives the drill file as resolved.
 */
import * as z from 'zod';
import { derived } from '../history/derived.js';
import { matrix } from './matrix.js';
import { type Described, optional, type StepSchemas, stepSchema } from './steps.js';
import { groupName, nodeName, topology } from './topology.js';
import { duration, interval, percent, phrase, rate } from './units.js';

const clients = z.strictObject({
  count: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe('how many clients, each with its own idea of who is primary'),
  rate: rate
    .prefault('100/s')
    .describe('operations of the whole group, at a fixed rate whatever the answers'),
  pinned: nodeName.optional().describe('stay with this node; otherwise the group follows the primary'),
  timeout: interval.prefault('1s').describe('an operation without an answer by then is in doubt'),
});
export type ClientGroup = z.output<typeof clients>;

function workloadSchema({ workloads }: Schemas, lenient: boolean) {
  const about = Object.values(workloads).map(({ name, about }) => `${name}: ${about}`);
  const names = lenient ? z.string() : z.enum(Object.keys(workloads));
  return z.strictObject({
    type: names.default('register').describe(about.join('; ')),
    keys: z.int().min(1).max(100_000).default(20).describe('how many keys there are, but for a set'),
    writes: percent
      .prefault('70%')
      .describe(
        'the share of operations that change something (of a queue: that enqueue); the rest read (dequeue)',
      ),
  });
}

const failback = z.union([
  z.literal('none'),
  z.strictObject(
    {
      to: nodeName.describe('the node that is to be primary in the end'),
      trigger: z
        .enum(['manual', 'automatic'])
        .default('manual')
        .describe(
          'manual: the drill asks for the switch; automatic: the supervisors switch back by themselves',
        ),
      after: z.enum(['in-sync']).default('in-sync').describe('the switch waits until that node is in sync'),
    },
    { error: (issue) => (issue.code === 'invalid_type' ? 'a map such as { to: a }' : undefined) },
  ),
]);

const recovery = z.strictObject({
  success: percent.prefault('99%').describe('the success rate that counts as recovered...'),
  hold: duration.prefault('500ms').describe('...when it holds for this long'),
});

/** How many plug-ins a drill may name. */
export const MOST_PLUGINS = 20;

export const MOST_SEED = Number.MAX_SAFE_INTEGER;

/** The parts that drill files can name, as far as a schema needs them. */
export interface Schemas extends StepSchemas {
  readonly expectations: Described;
  readonly workloads: Readonly<Record<string, { readonly name: string; readonly about: string }>>;
}

function drillSchemaOf(parts: Schemas, lenient: boolean) {
  // A drill expects nothing of what it leaves out.
  const expectations = (lenient ? z.looseObject : z.strictObject)(optional(parts.expectations));
  return z.strictObject({
    name: phrase(
      /^[a-z0-9][a-z0-9._-]{0,80}$/,
      'a name of lower-case letters, digits, . _ and -, starting with a letter or digit',
    ).describe('the name of the drill, in reports and folders'),
    tags: z
      .array(
        phrase(
          /^[a-z0-9][a-z0-9._:-]{0,40}$/,
          'a tag of lower-case letters, digits, . _ : and -, such as smoke',
        ),
      )
      .max(20)
      .optional()
      .describe('names for several drills, which `drill run --tag` picks'),
    plugins: z
      .array(phrase(/\S/, 'the path of a plug-in, from the folder of the drill file on'))
      .max(MOST_PLUGINS)
      .optional()
      .describe('modules with parts of your own: systems, faults, scenarios, workloads, expectations'),
    matrix: matrix
      .optional()
      .describe(
        'lists of values by name: one drill for each combination, in which a name in $ and braces is its value',
      ),
    about: z.string().max(2000).default('').describe('what the drill proves'),
    topology: topology.describe('the nodes, their roles, the supervisors and the protections'),
    clients: z.record(groupName, clients).prefault({ app: {} }).describe('the groups of clients, by name'),
    workload: workloadSchema(parts, lenient).prefault({}).describe('what the clients do'),
    steps: z.array(stepSchema(parts, lenient)).default([]).describe('what happens, one after the other'),
    failback: failback
      .prefault('none')
      .describe('whether the original primary is to be primary again in the end'),
    recovery: recovery.prefault({}).describe('what counts as recovered'),
    expect: expectations.prefault({}).describe('what must hold'),
    seed: z.int().min(0).max(MOST_SEED).optional().describe('what the random choices follow from'),
  });
}

type DrillSchema = ReturnType<typeof drillSchemaOf>;

const schemasOf = derived((parts: Schemas) => ({
  strict: drillSchemaOf(parts, false),
  lenient: drillSchemaOf(parts, true),
}));

/** What a drill file may hold, with these parts. */
export function drillSchema(parts: Schemas): DrillSchema {
  return schemasOf(parts).strict;
}

/** A drill, validated and resolved. */
export type Drill = z.output<DrillSchema>;
/** A drill as a file has it. */
export type DrillFile = z.input<DrillSchema>;
export type Failback = Exclude<Drill['failback'], 'none'>;

/** The drill as resolved, in the form of a drill file: defaults filled in, quantities with their units. */
export function encodeDrill(drill: Drill, parts: Schemas): DrillFile {
  return z.encode(drillSchema(parts), drill);
}

/** The inverse of `encodeDrill`; throws a ZodError where the value is no drill. */
export function decodeDrill(value: unknown, parts: Schemas): Drill {
  return z.decode(drillSchema(parts), value as DrillFile);
}

/** The same for judging: a step or expectation whose part is unknown keeps the form that the history has. */
export function decodeRecorded(value: unknown, parts: Schemas): Drill {
  return z.decode(schemasOf(parts).lenient, value as DrillFile);
}
