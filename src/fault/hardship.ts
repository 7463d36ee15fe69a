/** Handicaps put on nodes and lifted again: shared by the faults that leave a node running and make life hard for it. */
import { InternalError, messageOf } from '../errors.js';
import type { Handicap, HandicapSeen, Handicaps } from '../runtime/handicap.js';
import { spanOf } from '../span.js';
import { resolveText } from '../topology/partition.js';
import { allOrNone } from './all-or-none.js';
import { becomes } from './becomes.js';
import type { Aim, AimView, Effects, Injection } from './fault.js';
import { type Look, witnessEach } from './witness-each.js';

/** How long the runtime may take to put on a node that was just started what it had before, ms. */
const PATIENCE = 1000;
/** What a thorough look may take, ms: a disk has to be slow for a while to be seen so. */
const THOROUGH = 3000;

export interface HardshipAim<Value> extends Aim {
  value: Value;
}

/** `text` is what is told of the targets, such as `limited to 64m`. */
export function aimHardship<Value>(
  target: string,
  value: Value,
  text: string,
  { topology, random }: AimView,
): HardshipAim<Value> {
  const targets = resolveText(target, topology, random);
  return { targets, value, text: `${targets.join(', ') || 'nobody'} ${text}` };
}

export async function injectHardship<Kind extends keyof Handicaps>(
  kind: Kind,
  fault: string,
  { targets, value }: HardshipAim<Handicaps[Kind] extends Handicap<infer Value> ? Value : never>,
  { clock, nodes }: Effects,
): Promise<Injection> {
  const handicap = nodes.handicaps?.[kind] as Handicap<typeof value> | undefined;
  if (!handicap)
    throw new InternalError({ expected: `a runtime that can do \`${kind}\``, found: 'one that cannot' });
  const lift = (node: string) => handicap.lift(node, fault);
  const put = await allOrNone(targets, (node) => handicap.put(node, fault, value), lift);
  const look = async (node: string): Promise<Look> => {
    const { ok, expected, observed } = await handicap.look(node, fault);
    return { ok, evidence: { subject: node, expected, observed } };
  };
  const glance = async (node: string): Promise<Look> => {
    const { ok, expected, observed } = await handicap.look(node, fault, 'quick');
    return {
      ok,
      evidence: { subject: node, expected, observed: `${observed}; its time allows no longer look` },
    };
  };
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
      witnessEach(targets, until - clock.now() < THOROUGH ? glance : look),
    still: (only = targets) => witnessEach(only, stillOn),
    async heal(only = targets) {
      const lifted = await Promise.all(only.map(lift));
      return { ...(await witnessEach(only, look)), ...spanOf(clock, lifted) };
    },
  };
}
