/**
 * The steps of a drill: single-key maps, run one after the other. The verbs of the language have their schemas here; what
 * breaks something describes itself (parts.ts).
 */
import * as z from 'zod';
import { shortForm } from './short-form.js';
import { A_TARGET, selector } from './step-keys.js';
import { duration, interval, phrase, refuse } from './units.js';

export const CONDITIONS = ['steady', 'detected', 'recovered', 'in-sync'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** What a `wait` waits for: a condition, or a number of milliseconds. */
const waitFor = z.union([duration, z.enum(CONDITIONS)]);

const wait = shortForm(
  'for',
  z.strictObject({
    for: waitFor,
    within: interval
      .optional()
      .describe('how long a condition may take (default 30s); past it the drill is inconclusive'),
  }),
  `a duration with a unit (2s), one of ${CONDITIONS.join(', ')}`,
);
const resume = shortForm('target', z.strictObject({ target: selector }), A_TARGET);
const restart = shortForm('target', z.strictObject({ target: selector }), A_TARGET);
const switchover = z.strictObject({ to: selector });
const heal = phrase(/\S/, '`all`, or the name of a fault').describe(
  '`all`, or the name that a fault was given with `as`',
);

/** The verbs that have options of their own; `together` has steps. */
const VERBS = { wait, restart, resume, switchover, heal };

/** One step: a map with exactly one key. */
export type Step = Readonly<Record<string, unknown>>;

type Verbs = { [Verb in keyof typeof VERBS]: z.output<(typeof VERBS)[Verb]> } & { together: Step[] };
/** The options of one of the language's verbs, in full form. */
export type VerbOptions<Verb extends keyof Verbs> = Verbs[Verb];
type VerbStep = { [Verb in keyof Verbs]: { kind: Verb; options: Verbs[Verb] } }[keyof Verbs];

const A_STEP = 'a step, a map with one key such as `kill: primary`';
const A_STEP_TOGETHER = 'kill, stop, pause, partition or another fault: what can run together';

function oneKey(context: { value: object; issues: z.core.$ZodRawIssue[] }): void {
  const keys = Object.keys(context.value);
  const found = keys.map((key) => `\`${key}\``).join(' and ');
  if (keys.length === 0) refuse(context, A_STEP, { found: 'no key' });
  else if (keys.length > 1) refuse(context, A_STEP, { found, todo: 'give each step a list item of its own' });
}

/** The parts behind steps, as far as a schema needs them. */
export type Described = Readonly<Record<string, { readonly schema: z.ZodType }>>;

export interface StepSchemas {
  readonly faults: Described;
  readonly scenarios: Described;
}

/** Each of them, or nothing. */
export function optional(parts: Described): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(parts).map(([name, { schema }]) => [name, schema.optional()]));
}

/** The schema of a step; a lenient one lets steps through that no part stands behind, as they are. */
export function stepSchema(
  { faults, scenarios }: StepSchemas,
  lenient = false,
): z.ZodObject<Record<string, z.ZodType>> {
  const object = lenient ? z.looseObject : z.strictObject;
  const one = { minProperties: 1, maxProperties: 1 };
  const { wait, restart, resume, ...others } = VERBS;
  const breaking = object(optional(faults), {
    error: (issue) => (issue.code === 'unrecognized_keys' ? A_STEP_TOGETHER : A_STEP),
  })
    .check(oneKey)
    .meta(one);
  return object(
    {
      wait: wait.optional().describe('wait for a duration or for a condition'),
      ...optional(faults),
      restart: restart.optional(),
      resume: resume.optional(),
      ...optional(scenarios),
      together: z.array(breaking).min(1).optional(),
      switchover: others.switchover.optional(),
      heal: others.heal.optional(),
    },
    { error: (issue) => (issue.code === 'invalid_type' ? A_STEP : undefined) },
  )
    .check(oneKey)
    .meta(one);
}

export function stepOf(step: Step): { kind: string; options: unknown } {
  const [kind, options] = Object.entries(step)[0]!;
  return { kind, options };
}

/** Whether a kind of step is one of the language's own verbs. */
export function isVerb(kind: string): boolean {
  return kind === 'together' || Object.hasOwn(VERBS, kind);
}

/** A step that is one of the language's own verbs; undefined for one that a part stands behind. */
export function verbOf(step: Step): VerbStep | undefined {
  return isVerb(stepOf(step).kind) ? (stepOf(step) as VerbStep) : undefined;
}

/** Whether a step breaks something: all do but the language's own verbs. */
export function breaks(step: Step): boolean {
  const verb = verbOf(step);
  return verb === undefined || verb.kind === 'together';
}
