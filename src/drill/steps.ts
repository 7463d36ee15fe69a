/**
 * The steps of a drill: single-key maps, run one after the other. Each kind of step has its schema here and
 * its doing in fault/ (what breaks something) or run/ (what waits, restores or combines).
 */
import * as z from 'zod';
import { shortForm } from './short-form.js';
import { duration, formatDuration, parseDuration, percent } from './units.js';

/** Names a target; the grammar is in topology/selector.ts and is checked against the topology. */
export const selector = z.string().min(1).meta({
  description:
    'a node (a), a role (primary, standby, supervisor, client:<group>), a tag (site:east), `any <role>`, `all <role>`, `random <n> <role>`, or what an earlier step touched (killed, paused)',
});

export const cutMode = z.enum(['refuse', 'drop', 'stall']).meta({
  description:
    'how a cut shows itself: refuse (connections close at once, new ones are refused), drop (bytes vanish), stall (bytes are held, and delivered after the heal)',
});
export type CutMode = z.output<typeof cutMode>;

const CONDITIONS = ['steady', 'detected', 'recovered', 'in-sync'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** What a `wait` waits for: a condition, or a number of milliseconds. */
const waitFor = z.codec(
  z.string().refine((text) => CONDITIONS.some((name) => name === text) || parseDuration(text) !== undefined, {
    error: `a duration with a unit (2s) or one of ${CONDITIONS.join(', ')}`,
  }),
  z.union([z.enum(CONDITIONS), z.number()]),
  {
    decode: (text) => parseDuration(text) ?? (text as Condition),
    encode: (value) => (typeof value === 'number' ? formatDuration(value) : value),
  },
);

const wait = shortForm(
  'for',
  z.strictObject({
    for: waitFor,
    within: duration
      .optional()
      .meta({
        description: 'how long a condition may take (default 30s); past it the drill is inconclusive',
      }),
  }),
);

const label = z
  .string()
  .regex(/^[a-z][a-z0-9_-]*$/, { error: 'a name of lower-case letters, digits, - and _' })
  .optional()
  .meta({ description: 'a name for this fault, for a later `heal`' });
const forDuration = duration.optional().meta({ description: 'healed by itself after this long' });

const kill = shortForm(
  'target',
  z.strictObject({ target: selector, signal: z.enum(['SIGKILL', 'SIGTERM']).optional(), as: label }),
);
const pause = shortForm('target', z.strictObject({ target: selector, for: forDuration, as: label }));
const resume = shortForm('target', z.strictObject({ target: selector }));
const restart = shortForm('target', z.strictObject({ target: selector }));

const PARTITION_SHAPES = ['isolate', 'groups', 'from', 'bridge', 'ring', 'link'] as const;

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
    link: z.string().optional().meta({ description: 'a single link, `a->b`, both streams' }),
    except: z.array(selector).optional().meta({ description: 'these keep their links to everyone' }),
    mode: cutMode.default('drop'),
    as: label,
    for: forDuration,
  })
  .check((context) => {
    const given = PARTITION_SHAPES.filter((shape) => context.value[shape] !== undefined);
    if (given.length !== 1) {
      context.issues.push({
        code: 'custom',
        input: context.value,
        message: `one of ${PARTITION_SHAPES.join(', ')}`,
        params: { found: given.length === 0 ? 'none of them' : given.join(' and ') },
      });
    }
    if ((context.value.from === undefined) !== (context.value.to === undefined)) {
      context.issues.push({ code: 'custom', input: context.value, message: '`from` and `to` together' });
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

const toxic = z.strictObject({
  link: z
    .string()
    .meta({ description: 'the links, `a->b`; selectors on both sides: `primary->all standby`' }),
  type: z.enum([
    'latency',
    'bandwidth',
    'slow_close',
    'timeout',
    'reset_peer',
    'slicer',
    'limit_data',
    'noop',
  ]),
  stream: z.enum(['upstream', 'downstream']).optional(),
  toxicity: percent.optional(),
  attributes: z.record(z.string(), z.int()).optional(),
  as: label,
  for: forDuration,
});

const flap = z.strictObject({
  partition,
  every: duration.meta({
    description: 'the length of one half cycle: cut for this long, healed for this long',
  }),
  times: z.int().min(1).max(1000),
});

const switchover = z.strictObject({ to: selector });
const heal = z.string().meta({ description: '`all`, or the name that a fault was given with `as`' });

const random = z.strictObject({
  faults: z.array(z.enum(['kill', 'pause', 'partition'])).min(1),
  every: duration,
  during: duration,
});

/** One step: a map with exactly one key. */
export const step = z
  .strictObject({
    wait: wait.optional(),
    kill: kill.optional(),
    restart: restart.optional(),
    pause: pause.optional(),
    resume: resume.optional(),
    partition: partition.optional(),
    slow: slow.optional(),
    toxic: toxic.optional(),
    flap: flap.optional(),
    get together(): z.ZodOptional<z.ZodArray<typeof step>> {
      return z.array(step).min(1).optional();
    },
    switchover: switchover.optional(),
    random: random.optional(),
    heal: heal.optional(),
  })
  .check((context) => {
    const keys = Object.keys(context.value);
    if (keys.length !== 1) {
      context.issues.push({
        code: 'custom',
        input: context.value,
        message: 'one step, a map with one key',
        params: { found: keys.length === 0 ? 'none' : keys.join(' and ') },
      });
    }
  });

export type Step = z.output<typeof step>;
export type StepKind = keyof Step;
/** The options of one kind of step, in full form. */
export type StepOptions<Kind extends StepKind> = NonNullable<Step[Kind]>;

/** The kind and the options of a step. */
export function stepOf(
  step: Step,
): { [Kind in StepKind]: { kind: Kind; options: StepOptions<Kind> } }[StepKind] {
  const [kind, options] = Object.entries(step)[0] as [StepKind, never];
  return { kind, options };
}
