/** The topology of a drill: nodes, roles, the HA mode with its policy, the supervisor with its protections. */
import * as z from 'zod';
import { RESTART_POLICY } from '../topology/restart-policy.js';
import { containerKeys } from './container.js';
import { httpSystem } from './http-system.js';
import { duration, interval, phrase } from './units.js';

/** Names that mean something else in a selector. */
export const RESERVED_NAMES: readonly string[] = [
  'power',
  'primary',
  'standby',
  'supervisor',
  'client',
  'killed',
  'paused',
  'any',
  'all',
  'random',
];

export const nodeName = phrase(
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/,
  'a name of at most 63 letters, digits, -, _ and ., starting with a letter or a digit',
);
export const groupName = phrase(
  /^[a-z][a-z0-9_-]{0,30}$/,
  'a name of at most 31 lower-case letters, digits, - and _, starting with a letter',
);

const tag = phrase(/^[a-z][a-z0-9_-]*:[A-Za-z0-9_.-]+$/, 'a tag such as site:east');

export const node = z.strictObject({
  role: z.enum(['primary', 'standby', 'dependency']).default('standby').meta({
    description:
      'the role that the node starts in; one node is the primary; a dependency is what the others need, such as a database: no client dials it',
  }),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .meta({ description: 'where clients speak to it, where that is not the `port` of `http`' }),
  tags: z.array(tag).max(20).optional().meta({ description: 'names for several nodes, such as site:east' }),
  restart: phrase(RESTART_POLICY, 'no, always, unless-stopped, on-failure, or on-failure:3').optional().meta({
    description:
      'whether it is started again by itself when its program ends: no, always, unless-stopped, on-failure, on-failure:3; not so what was stopped, fenced or killed `until: restart`, nor what a later step restarts. 100 ms after its end, each time after twice as long, a minute at most',
  }),
  ...containerKeys,
});

export const heartbeat = z.strictObject({
  interval: interval.prefault('100ms').meta({ description: 'how often a heartbeat is sent' }),
  timeout: interval
    .prefault('400ms')
    .meta({ description: 'how long none may arrive before failure is declared' }),
});

const detect = z
  .strictObject({
    heartbeat: heartbeat.optional(),
    process: z
      .strictObject({
        every: interval.prefault('250ms').meta({ description: 'how often the process list is read' }),
      })
      .optional(),
  })
  .check((context) => {
    const given = Object.keys(context.value);
    if (given.length === 1) return;
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: 'one detector, `heartbeat` or `process`',
      params: { found: given.length === 0 ? 'none' : 'both' },
    });
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
  z.union([z.boolean(), lateFencing]),
  z.union([z.literal(false), z.object({ delay: z.number(), confirm: z.boolean() })]),
  {
    decode: (value) => (value === true ? { delay: 0, confirm: true } : value),
    encode: (value) => (value && value.delay === 0 && value.confirm ? true : value),
  },
);

export const supervisor = z.strictObject({
  members: z
    .literal([1, 3, 5])
    .default(3)
    .meta({ description: 'how many supervisors: supervisor-1, supervisor-2, ...' }),
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

/** No supervisors of ours: the system has its own, or none. */
const none = z.literal('none');

const composeName = z.string().min(1).max(1000);

const topologyFile = z.strictObject({
  mode: z
    .enum(['active-passive'])
    .default('active-passive')
    .meta({ description: 'active-passive: one primary serves, the standbys wait' }),
  policy: z
    .enum(['warm-active'])
    .default('warm-active')
    .meta({ description: 'warm-active: standbys run and apply state, silently' }),
  system: z
    .union([
      z.string({ error: 'the name of a system' }),
      z.strictObject(
        { http: httpSystem },
        { error: (issue) => (issue.code === 'invalid_type' ? 'a map with the key `http`' : undefined) },
      ),
    ])
    .default('reference')
    .meta({
      description:
        'what runs in the nodes: reference, redis, a system of a plug-in, or one of your own, told with `http`',
    }),
  settings: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'settings of the system, each of which has its own' }),
  network: z.enum(['private', 'shared']).optional().meta({
    description:
      'private: each link between nodes has a proxy of its own, and nothing else goes between them; shared: one network, cut by packet filters, with the addresses and ports that nodes really have, and UDP, VRRP and multicast. Left out: shared for images of your own where this machine can do it, else private',
  }),
  compose: z
    .union([composeName, z.array(composeName).min(1).max(50)])
    .optional()
    .meta({
      description:
        'a Compose file, relative to the drill file, whose services become nodes, with the override beside it; of a list, each is put on top of those before',
    }),
  nodes: z.record(nodeName, node).meta({
    description: 'the nodes by name; keys that are given here come before those of the Compose file',
  }),
  replication: z.enum(['sync', 'semi-sync', 'async']).default('sync').meta({
    description: 'when a write is acknowledged: on all in-sync standbys, on at least one, or at once',
  }),
  supervisor: z.union([none, supervisor]).optional().meta({
    description:
      'what detects a failure and triggers the failover, and its protections; none where the system is told with `http`, unless given',
  }),
});

type Given = z.output<typeof topologyFile>;
export type SupervisorSpec = z.output<typeof supervisor>;
export type TopologySpec = Omit<Given, 'supervisor'> & { supervisor: SupervisorSpec | 'none' };
export type NodeDeclaration = TopologySpec['nodes'][string];

/** The topology: a system of the user's own has no supervisors of ours unless they are asked for. */
export const topology = z.codec(topologyFile, z.custom<TopologySpec>(), {
  decode: (given): TopologySpec => ({
    ...given,
    supervisor: given.supervisor ?? (typeof given.system === 'string' ? z.decode(supervisor, {}) : 'none'),
  }),
  encode: (resolved): Given => resolved,
});

/** Whether a node takes part in failover: clients dial it, and it has a role. */
export function isMember({ role }: Pick<NodeDeclaration, 'role'>): boolean {
  return role !== 'dependency';
}
