/**
 * The steps of a drill: single-key maps, run one after the other. The verbs of the language have their schemas here; what
 * breaks something describes itself (parts.ts). Some verbs hold steps, and those hold none that do so.
 */
import * as z from 'zod';
import { shortForm } from './short-form.js';
import { A_TARGET, selector } from './step-keys.js';
import { duration, interval, phrase, refuse } from './units.js';

/** What can be waited for, and what that is. */
export const CONDITIONS = {
  steady: 'every operation of the last 500 ms succeeded, and everybody is in sync',
  detected: 'a target of the last fault was declared failed',
  promoted: 'somebody has become primary since the last fault took effect, or a switchover was asked for',
  recovered: 'the service is available again',
  'in-sync': 'one primary, and every other node is in sync with it',
  switching: 'a planned change of primary is under way',
  resyncing: 'a node runs that has not been in sync since it was started',
  lagging: 'a node that was in sync is so no more, though it runs',
} as const;
export type Condition = keyof typeof CONDITIONS;

const condition = z.enum(Object.keys(CONDITIONS) as Condition[]);
const told = Object.entries(CONDITIONS).map(([name, about]) => `${name}: ${about}`);

/** `steps`, if any, are what is done where the condition does not come about. */
function waitSchema(steps?: z.ZodType<Step[], unknown>) {
  const otherwise = 'what is done where the condition was not met within that time; then the drill goes on';
  return shortForm(
    'for',
    z
      .strictObject({
        for: z
          .union([duration, condition])
          .optional()
          .describe('how long; a condition is taken, too, as `until`'),
        until: condition.optional().describe(told.join('; ')),
        within: interval
          .optional()
          .describe(
            'how long a condition may take (default 30s); past it the drill is inconclusive, unless there is an `else`',
          ),
        ...(steps && { else: steps.optional().describe(otherwise) }),
      })
      .check((context) => {
        const { for: time, until } = context.value;
        if ((time === undefined) !== (until === undefined)) return;
        const found = time === undefined ? 'neither' : 'both';
        refuse(context, 'a duration in `for`, or a condition in `until`', { found });
      }),
    `a duration with a unit (2s), one of ${Object.keys(CONDITIONS).join(', ')}`,
  );
}

/** What a wait is for: a condition, or a number of milliseconds. */
export function waitedFor({ for: time, until }: VerbOptions<'wait'>): Condition | number {
  return until ?? time ?? 0;
}

const resume = shortForm('target', z.strictObject({ target: selector }), A_TARGET);
const restart = shortForm('target', z.strictObject({ target: selector }), A_TARGET);
const switchover = z.strictObject({ to: selector });
const heal = phrase(/\S/, '`all`, or the name of a fault').describe(
  '`all`, or the name that a fault was given with `as`',
);

/** The verbs that hold no steps. */
const VERBS = { restart, resume, switchover, heal };

/** One step: a map with exactly one key. */
export type Step = Readonly<Record<string, unknown>>;

type Verbs = { [Verb in keyof typeof VERBS]: z.output<(typeof VERBS)[Verb]> } & {
  wait: { for?: number | Condition; until?: Condition; within?: number; else?: Step[] };
  /** Each may have `after`, the time from the beginning of all in ms. */
  together: Step[];
  for_each: { in: string | string[]; do: Step[] };
};
/** The options of one of the language's verbs, in full form. */
export type VerbOptions<Verb extends keyof Verbs> = Verbs[Verb];
type VerbStep = { [Verb in keyof Verbs]: { kind: Verb; options: Verbs[Verb] } }[keyof Verbs];

const A_STEP = 'a step, a map with one key such as `kill: primary`';
const A_STEP_TOGETHER = 'a fault, `switchover`, `restart` or `resume`: what can run together';

/** The key beside the one of a step within `together`. */
const AFTER = 'after';

function oneKey(context: { value: object; issues: z.core.$ZodRawIssue[] }): void {
  const keys = Object.keys(context.value).filter((key) => key !== AFTER);
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
export function stepSchema(parts: StepSchemas, lenient = false): z.ZodObject<Record<string, z.ZodType>> {
  const object = lenient ? z.looseObject : z.strictObject;
  const single = (shape: Record<string, z.ZodType>) =>
    object(shape, { error: (issue) => (issue.code === 'invalid_type' ? A_STEP : undefined) })
      .check(oneKey)
      .meta({ minProperties: 1, maxProperties: 1 });
  const shape = simpleSteps(parts, object);
  const held = z.array(single(shape)).min(1) as unknown as z.ZodType<Step[], unknown>;
  const forEach = z.strictObject({
    in: z
      .union([selector, z.array(selector).min(1)])
      .describe(
        'a target: the nodes that it stands for then, one after the other; `all`: every node that serves, the primary last; or a list of targets, each as it is',
      ),
    do: held.describe('the steps for each, in which `it` is the one that they are for'),
  });
  return single({
    ...shape,
    wait: waitSchema(held).optional().describe(A_WAIT),
    for_each: forEach.optional().describe('the same steps for one target after the other'),
  });
}

const A_WAIT = 'wait for a duration or until a condition holds';

/** The steps that hold no others, but for those that run together. */
function simpleSteps(
  { faults, scenarios }: StepSchemas,
  object: typeof z.looseObject | typeof z.strictObject,
): Record<string, z.ZodType> {
  const { restart, resume, switchover, heal } = VERBS;
  const beginning = {
    ...optional(faults),
    restart: restart.optional(),
    resume: resume.optional(),
    ...optional(scenarios),
    switchover: switchover.optional(),
  };
  const after = duration.optional().describe('how long after the beginning of the step this one begins');
  const timed = object(
    { ...beginning, [AFTER]: after },
    { error: (issue) => (issue.code === 'unrecognized_keys' ? A_STEP_TOGETHER : A_STEP) },
  )
    .check(oneKey)
    .meta({ minProperties: 1, maxProperties: 2 });
  return {
    wait: waitSchema().optional().describe(A_WAIT),
    ...beginning,
    together: z.array(timed).min(1).optional().describe('steps that run beside each other'),
    heal: heal.optional(),
  };
}

export function stepOf(step: Step): { kind: string; options: unknown } {
  const [kind, options] = Object.entries(step).find(([key]) => key !== AFTER)!;
  return { kind, options };
}

/** When a step within `together` begins, ms from the beginning of all. */
export function beginsAfter(step: Step): number {
  const after = step[AFTER];
  return typeof after === 'number' ? after : 0;
}

const HOLDING = ['wait', 'together', 'for_each'];

/** Whether a kind of step is one of the language's own verbs. */
export function isVerb(kind: string): boolean {
  return HOLDING.includes(kind) || Object.hasOwn(VERBS, kind);
}

/** A step that is one of the language's own verbs; undefined for one that a part stands behind. */
export function verbOf(step: Step): VerbStep | undefined {
  return isVerb(stepOf(step).kind) ? (stepOf(step) as VerbStep) : undefined;
}

/** The steps that a step holds, and the key of its options that leads to their list, if any. */
export function heldBy(step: Step): { key?: string; steps: readonly Step[] } {
  const verb = verbOf(step);
  switch (verb?.kind) {
    case 'together':
      return { steps: verb.options };
    case 'for_each':
      return { key: 'do', steps: verb.options.do };
    case 'wait':
      return { key: 'else', steps: verb.options.else ?? [] };
    default:
      return { steps: [] };
  }
}

/** A step and those that it holds. */
export function withHeld(step: Step): Step[] {
  return [step, ...heldBy(step).steps.flatMap(withHeld)];
}

/** Whether a step breaks something, whatever comes about: the language's own verbs do where they hold steps that do. */
export function breaks(step: Step): boolean {
  const verb = verbOf(step);
  if (verb === undefined) return true;
  return verb.kind !== 'wait' && heldBy(step).steps.some(breaks);
}

/** The same steps, with `it` standing for a target. */
export function forIt(steps: readonly Step[], it: string): Step[] {
  return steps.map((step) => named(step, it) as Step);
}

/** Alone, and as a side of a link: `it->any standby`. */
const IT = /^it$|^it(?=\s*->)|(?<=->\s*)it$/;

function named(value: unknown, it: string): unknown {
  if (typeof value === 'string') return value.replace(IT, it);
  if (Array.isArray(value)) return value.map((inner) => named(inner, it));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, named(inner, it)]));
}
