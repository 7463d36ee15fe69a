/**
 * The schema of a drill file: the one source of the types, of the validation, and of the JSON Schema that
 * editors read. Decoding gives a `Drill` (units as plain numbers, short forms in full, defaults filled in);
 * encoding a `Drill` gives the drill file as resolved.
 */
import * as z from 'zod';
import { expectations } from './expectations.js';
import { step } from './steps.js';
import { nodeName, topology } from './topology.js';
import { duration, percent, rate } from './units.js';

const clients = z.strictObject({
  count: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .meta({ description: 'how many clients, each with its own idea of who is primary' }),
  rate: rate
    .prefault('100/s')
    .meta({ description: 'operations of the whole group, at a fixed rate whatever the answers' }),
  pinned: nodeName
    .optional()
    .meta({ description: 'stay with this node; otherwise the group follows the primary' }),
  timeout: duration
    .prefault('1s')
    .meta({ description: 'an operation without an answer by then is in doubt' }),
});
export type ClientGroup = z.output<typeof clients>;

const workload = z.strictObject({
  type: z.enum(['register', 'set']).default('register').meta({
    description: 'register: keys that are written and read; set: every write adds a new element',
  }),
  keys: z.int().min(1).max(100_000).default(20),
  writes: percent.prefault('70%').meta({ description: 'the share of writes; the rest are reads' }),
});
export type WorkloadSpec = z.output<typeof workload>;

const failback = z.codec(
  z.union([z.literal('none'), z.record(z.string(), z.unknown())]),
  z.union([
    z.literal('none'),
    z.strictObject({
      to: nodeName,
      trigger: z.enum(['manual', 'automatic']).default('manual').meta({
        description:
          'manual: the drill asks for the switch; automatic: the supervisors switch back by themselves',
      }),
      after: z.enum(['in-sync']).default('in-sync'),
    }),
  ]),
  { decode: (value) => value as never, encode: (value) => value as never },
);

const recovery = z.strictObject({
  success: percent.prefault('99%').meta({ description: 'the success rate that counts as recovered...' }),
  hold: duration.prefault('1s').meta({ description: '...when it holds for this long' }),
});

export const drillSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,80}$/, { error: 'a name of lower-case letters, digits, . _ and -' }),
  about: z.string().max(2000).default(''),
  topology,
  clients: z.record(nodeName, clients).prefault({ app: {} }),
  workload: workload.prefault({}),
  steps: z.array(step).default([]),
  failback: failback.prefault('none'),
  recovery: recovery.prefault({}),
  expect: expectations.default({}),
  seed: z.int().min(0).max(0xffff_ffff).optional(),
});

/** A drill, validated and resolved. */
export type Drill = z.output<typeof drillSchema>;
/** A drill as a file has it. */
export type DrillFile = z.input<typeof drillSchema>;
export type Failback = Exclude<Drill['failback'], 'none'>;

/** The drill as resolved, in the form of a drill file: defaults filled in, quantities with their units. */
export function encodeDrill(drill: Drill): DrillFile {
  return z.encode(drillSchema, drill);
}

/** The inverse of `encodeDrill`; throws a ZodError where the value is no drill. */
export function decodeDrill(value: unknown): Drill {
  return z.decode(drillSchema, value as DrillFile);
}
