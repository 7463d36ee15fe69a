/** The topology of a drill: nodes, roles, the HA mode with its policy, the supervisor with its protections. */
import * as z from 'zod';
import { duration } from './units.js';

export const nodeName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, {
    error: 'a name of lower-case letters, digits and -, starting with a letter',
  });

const tag = z.string().regex(/^[a-z][a-z0-9_-]*:[A-Za-z0-9_.-]+$/, { error: 'a tag such as site:east' });

export const node = z.strictObject({
  role: z.enum(['primary', 'standby']).default('standby'),
  tags: z.array(tag).optional(),
});

export const heartbeat = z.strictObject({
  interval: duration.prefault('100ms').meta({ description: 'how often a heartbeat is sent' }),
  timeout: duration
    .prefault('400ms')
    .meta({ description: 'how long none may arrive before failure is declared' }),
});

const detect = z
  .strictObject({
    heartbeat: heartbeat.optional(),
    process: z
      .strictObject({
        every: duration.prefault('250ms').meta({ description: 'how often the process list is read' }),
      })
      .optional(),
  })
  .check((context) => {
    if (Object.keys(context.value).length !== 1) {
      context.issues.push({
        code: 'custom',
        input: context.value,
        message: 'one detector: heartbeat or process',
      });
    }
  });

const lateFencing = z.strictObject({
  delay: duration.prefault('0ms').meta({ description: 'how long the power device takes' }),
  confirm: z
    .boolean()
    .default(true)
    .meta({ description: 'false: the standby is promoted before the power is known to be off' }),
});

/** `fencing: true` is a power device that acts at once and is waited for. */
export const fencing = z.codec(
  z.union([z.boolean(), z.record(z.string(), z.unknown())]),
  z.union([z.literal(false), lateFencing]),
  {
    decode: (value) => (value === true ? {} : value) as z.input<typeof lateFencing> | false,
    encode: (value) => value as Record<string, unknown> | false,
  },
);

export const supervisor = z.strictObject({
  members: z.union([z.literal(1), z.literal(3), z.literal(5)]).default(3),
  trigger: z.enum(['supervisor', 'standby']).default('supervisor').meta({
    description: 'who triggers the failover: the supervisors, or the standbys by themselves',
  }),
  detect: detect.prefault({ heartbeat: {} }),
  quorum: z
    .boolean()
    .default(true)
    .meta({ description: 'a majority of the supervisors decides; false: each decides alone' }),
  fencing: fencing
    .prefault(true)
    .meta({ description: 'STONITH: the old primary is powered off before the new one starts' }),
  lease: z
    .union([z.literal(false), duration])
    .prefault('600ms')
    .meta({
      description: 'a primary that cannot renew its lease for this long stops serving; false: no lease',
    }),
});

export const topology = z.strictObject({
  mode: z.enum(['active-passive']).default('active-passive'),
  policy: z
    .enum(['warm-active'])
    .default('warm-active')
    .meta({ description: 'warm-active: standbys run and apply state, silently' }),
  system: z
    .string()
    .default('reference')
    .meta({ description: 'what runs in the nodes: reference, or a system given to runDrill()' }),
  nodes: z.record(nodeName, node),
  replication: z.enum(['sync', 'semi-sync', 'async']).default('sync').meta({
    description: 'when a write is acknowledged: on all in-sync standbys, on at least one, or at once',
  }),
  supervisor: supervisor.prefault({}),
});
export type TopologySpec = z.output<typeof topology>;
export type SupervisorSpec = TopologySpec['supervisor'];
export type NodeDeclaration = TopologySpec['nodes'][string];
