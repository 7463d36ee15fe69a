/**
 * Handicaps put on nodes and lifted again: what the faults share that leave a node running and make life hard for it.
 * Each is named after the capability that it needs.
 */
import type * as z from 'zod';
import { becomes } from '../clock.js';
import { checkTarget } from '../drill/check-target.js';
import type { StepPlace } from '../drill/parts.js';
import type { Problem } from '../drill/problem.js';
import { forDuration, label, selector } from '../drill/step-keys.js';
import { InternalError, messageOf } from '../errors.js';
import type { Handicap, HandicapSeen, Pace } from '../runtime/handicap.js';
import { spanOf } from '../span.js';
import { resolveText, unmatched } from '../topology/partition.js';
import { type Look, witnessEach } from '../witness.js';
import { allOrNone } from './all-or-none.js';
import type { Aim, Effects, Fault, Injection } from './fault.js';

/** How long the runtime may take to put on a node that was just started what it had before, ms. */
const PATIENCE = 1000;
/** What a thorough look may take, ms: a disk has to be slow for a while to be seen so. */
const THOROUGH = 3000;

interface HardshipAim extends Aim {
  value: unknown;
}

/** What each of them has beside its own keys. */
export const ON_NODES = { target: selector, for: forDuration, as: label };

export interface Hardship<Options extends { target: string }> {
  schema: z.ZodType<Options, unknown>;
  /** What the handicap is put on with. */
  value(options: Options): unknown;
  /** What is told of the targets, such as `limited to 64m`. */
  text(options: Options): string;
  /** What is wrong with it beyond its target. */
  check?(options: Options, place: StepPlace): Problem[];
}

export function hardship<Options extends { target: string }>(
  name: string,
  { schema, value, text, check }: Hardship<Options>,
): Fault<Options> {
  const fault: Fault<Options, HardshipAim> = {
    name,
    schema,
    needs: () => [name],
    target: ({ target }) => target,
    check(options, place) {
      const problems = checkTarget(options.target, place);
      return problems.length > 0 ? problems : (check?.(options, place) ?? []);
    },
    aim(options, { topology, random }) {
      const targets = resolveText(options.target, topology, random);
      const whom = targets.length > 0 ? `${targets.join(', ')} ${text(options)}` : unmatched(options.target);
      return { targets, value: value(options), text: whom };
    },
    inject: (fault, aim, effects) => inject(name, fault, aim, effects),
  };
  return fault;
}

async function inject(
  capability: string,
  fault: string,
  { targets, value }: HardshipAim,
  { clock, nodes }: Effects,
): Promise<Injection> {
  const handicap: Handicap<unknown> | undefined = nodes.handicap?.(capability);
  if (!handicap)
    throw new InternalError({
      expected: `a runtime that can do \`${capability}\``,
      found: 'one that cannot',
    });
  const lift = (node: string) => handicap.lift(node, fault);
  const put = await allOrNone(targets, (node) => handicap.put(node, fault, value), lift);
  const look = async (node: string, pace?: Pace, note = ''): Promise<Look> => {
    const { ok, expected, observed } = await handicap.look(node, fault, pace);
    return { ok, evidence: { subject: node, expected, observed: observed + note } };
  };
  const glance = (node: string) => look(node, 'quick', '; its time allows no longer look');
  const stillOn = async (node: string): Promise<Look> => {
    let seen: HandicapSeen = { ok: false, expected: '', observed: '' };
    const ok = await becomes(clock, PATIENCE, async () => {
      seen = await handicap.look(node, fault, 'quick').catch((error: unknown) => {
        return { ok: false, expected: 'a look at it', observed: messageOf(error) };
      });
      // Nothing can be seen of a node that does not run, and it has whatever it should once it runs again.
      return seen.ok || !(await nodes.running(node));
    });
    const { expected, observed } = seen;
    return { ok, evidence: { subject: node, expected, observed: ok ? expected : observed } };
  };
  return {
    span: spanOf(clock, put),
    witness: (until = Number.POSITIVE_INFINITY) =>
      witnessEach(targets, until - clock.now() < THOROUGH ? glance : (node) => look(node)),
    still: (only = targets) => witnessEach(only, stillOn),
    async heal(only = targets) {
      const lifted = await Promise.all(only.map(lift));
      return { ...(await witnessEach(only, (node) => look(node))), ...spanOf(clock, lifted) };
    },
  };
}
