/**
 * The steps of a drill: single-key maps, run one after the other. Each kind of step has its schema here and
 * its doing in fault/ (what breaks something) or run/ (what waits, restores or combines).
 */
import * as z from 'zod';
import { clock, cpu, disk, memory, slowDisk } from './hardship.js';
import { shortForm } from './short-form.js';
import { forDuration, label, selector } from './step-keys.js';
import { duration, interval, percent, phrase } from './units.js';

export const cutMode = z.enum(['refuse', 'drop', 'stall']).meta({
  description:
    'how a cut shows itself: refuse (connections close at once, new ones are refused), drop (bytes vanish), stall (bytes are held, and delivered after the heal)',
});
export type CutMode = z.output<typeof cutMode>;

export const CONDITIONS = ['steady', 'detected', 'recovered', 'in-sync'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** What a `wait` waits for: a condition, or a number of milliseconds. */
const waitFor = z.union([duration, z.enum(CONDITIONS)]);

const wait = shortForm(
  'for',
  z.strictObject({
    for: waitFor,
    within: interval.optional().meta({
      description: 'how long a condition may take (default 30s); past it the drill is inconclusive',
    }),
  }),
  `a duration with a unit (2s), one of ${CONDITIONS.join(', ')}`,
);

const A_TARGET = 'a target such as a or primary';

/** The signals that end a process; one that goes on all the same was not killed. */
export const KILL_SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGABRT'] as const;
export type KillSignal = (typeof KILL_SIGNALS)[number];

const processName = phrase(
  /^[A-Za-z0-9_.+-]{1,60}$/,
  'the name of a program without its folder, for example redis-server',
);
const kill = shortForm(
  'target',
  z.strictObject({
    target: selector,
    process: processName
      .optional()
      .meta({ description: 'only this one of the processes in the node, by the name of its program' }),
    signal: z.enum(KILL_SIGNALS).optional().meta({ description: 'default SIGKILL' }),
    as: label,
  }),
  A_TARGET,
);
const stop = shortForm(
  'target',
  z.strictObject({
    target: selector,
    grace: duration.optional().meta({ description: 'SIGKILL follows after this long (default 10s)' }),
    as: label,
  }),
  A_TARGET,
);

export const PAUSE_WAYS = ['freezer', 'SIGSTOP'] as const;
export type PauseWay = (typeof PAUSE_WAYS)[number];

const pause = shortForm(
  'target',
  z.strictObject({
    target: selector,
    by: z.enum(PAUSE_WAYS).optional().meta({
      description:
        'freezer: the kernel stops the container (the default there); SIGSTOP: each of its processes is stopped',
    }),
    for: forDuration,
    as: label,
  }),
  A_TARGET,
);
const resume = shortForm('target', z.strictObject({ target: selector }), A_TARGET);
const restart = shortForm('target', z.strictObject({ target: selector }), A_TARGET);

export const PARTITION_SHAPES = ['isolate', 'groups', 'from', 'bridge', 'ring', 'link'] as const;

const link = phrase(/\S\s*->\s*\S/, 'a link such as a->b').meta({
  description: 'the link from one to another, `a->b`; selectors on both sides: `primary->all standby`',
});

/** A partition as a drill file has it; topology/grudge.ts computes which links it cuts. */
export const partition = z
  .strictObject({
    isolate: selector.optional().meta({ description: 'cut these from everyone else, both ways' }),
    groups: z
      .array(z.array(selector).min(1))
      .min(2)
      .optional()
      .meta({ description: 'cut each group from the other groups, both ways' }),
    from: selector.optional().meta({ description: 'one way: what these send to `to` is lost' }),
    to: selector.optional(),
    bridge: selector.optional().meta({ description: 'two halves that only this node can reach' }),
    ring: z
      .enum(['majorities'])
      .optional()
      .meta({ description: 'every node sees a majority, no two see the same' }),
    link: link.optional().meta({ description: 'only the link `a->b`, both its streams' }),
    except: z.array(selector).optional().meta({ description: 'these keep their links to everyone' }),
    mode: cutMode.default('drop'),
    as: label,
    for: forDuration,
  })
  .check((context) => {
    const partition = context.value;
    const given = PARTITION_SHAPES.filter((shape) => partition[shape] !== undefined);
    const refuse = (message: string, found: string) =>
      context.issues.push({ code: 'custom', input: partition, message, params: { found } });
    if (given.length !== 1) {
      const found = given.map((shape) => `\`${shape}\``).join(' and ') || 'none of them';
      refuse('one of `isolate`, `groups`, `from` and `to`, `bridge`, `ring`, `link`', found);
    } else if (partition.from !== undefined && partition.to === undefined) {
      refuse('`from` and `to` together', '`from` alone');
    } else if (partition.from === undefined && partition.to !== undefined) {
      refuse('`to` only together with `from`', `\`to\` and \`${given[0]}\``);
    }
  });
export type Partition = z.output<typeof partition>;

const slow = z.strictObject({
  from: selector,
  to: selector,
  latency: duration,
  jitter: duration.optional(),
  as: label,
  for: forDuration,
});

/** Toxiproxy's toxics and the attributes of each: milliseconds, KB/s and bytes, slicer's delay microseconds. */
export const TOXIC_ATTRIBUTES = {
  latency: ['latency', 'jitter'],
  bandwidth: ['rate'],
  slow_close: ['delay'],
  timeout: ['timeout'],
  reset_peer: ['timeout'],
  slicer: ['average_size', 'size_variation', 'delay'],
  limit_data: ['bytes'],
  noop: [],
} as const satisfies Record<string, readonly string[]>;
export type ToxicType = keyof typeof TOXIC_ATTRIBUTES;

const toxic = z.strictObject({
  link,
  type: z.enum(Object.keys(TOXIC_ATTRIBUTES) as ToxicType[]),
  stream: z.enum(['upstream', 'downstream']).optional(),
  toxicity: percent.optional().meta({
    description:
      'the share of connections that it is for (default 100%): each draws once, and keeps what it drew for as long as it is open',
  }),
  attributes: z
    .record(z.string(), z.int().min(0))
    .optional()
    .meta({ description: "the toxic's attributes, in Toxiproxy's own names and units" }),
  as: label,
  for: forDuration,
});

const flap = z.strictObject({
  partition,
  every: interval.meta({
    description: 'the length of one half cycle: cut for this long, healed for this long',
  }),
  times: z.int().min(1).max(1000),
});

const switchover = z.strictObject({ to: selector });
const heal = phrase(/\S/, '`all`, or the name of a fault').meta({
  description: '`all`, or the name that a fault was given with `as`',
});

const random = z.strictObject({
  faults: z.array(z.enum(['kill', 'pause', 'partition'])).min(1),
  every: interval.meta({ description: 'a new fault this often' }),
  during: interval.meta({ description: 'for this long; then everything is healed' }),
});

const A_STEP = 'a step, a map with one key such as `kill: primary`';
const A_STEP_TOGETHER = 'kill, stop, pause, partition or another fault: what can run together';

/** The steps that break something at once, and can do so together. */
const breaking = {
  kill: kill.optional(),
  stop: stop.optional(),
  pause: pause.optional(),
  partition: partition.optional(),
  slow: slow.optional(),
  toxic: toxic.optional(),
  cpu: cpu.optional(),
  memory: memory.optional(),
  disk: disk.optional(),
  slow_disk: slowDisk.optional(),
  clock: clock.optional(),
};

function oneKey(context: { value: object; issues: z.core.$ZodRawIssue[] }): void {
  const keys = Object.keys(context.value);
  if (keys.length === 1) return;
  context.issues.push({
    code: 'custom',
    input: context.value,
    message: A_STEP,
    params: {
      found: keys.length === 0 ? 'no key' : keys.map((key) => `\`${key}\``).join(' and '),
      ...(keys.length > 1 && { todo: 'give each step a list item of its own' }),
    },
  });
}

const breakingStep = z
  .strictObject(breaking, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? A_STEP_TOGETHER : A_STEP),
  })
  .check(oneKey)
  .meta({ minProperties: 1, maxProperties: 1 });

/** One step: a map with exactly one key. */
export const step = z
  .strictObject(
    {
      wait: wait.optional().meta({ description: 'wait for a duration or for a condition' }),
      ...breaking,
      restart: restart.optional(),
      resume: resume.optional(),
      flap: flap.optional(),
      together: z.array(breakingStep).min(1).optional(),
      switchover: switchover.optional(),
      random: random.optional(),
      heal: heal.optional(),
    },
    { error: (issue) => (issue.code === 'invalid_type' ? A_STEP : undefined) },
  )
  .check(oneKey)
  .meta({ minProperties: 1, maxProperties: 1 });

export type Step = z.output<typeof step>;
export type StepKind = keyof Step;
/** The options of one kind of step, in full form. */
export type StepOptions<Kind extends StepKind> = NonNullable<Step[Kind]>;

/** The steps that break something. */
export const FAULT_STEPS = [
  ...(Object.keys(breaking) as (keyof typeof breaking)[]),
  'flap',
  'random',
] as const;

/** The kind and the options of a step. */
export function stepOf(
  step: Step,
): { [Kind in StepKind]: { kind: Kind; options: StepOptions<Kind> } }[StepKind] {
  const [kind, options] = Object.entries(step)[0] as [StepKind, never];
  return { kind, options };
}
