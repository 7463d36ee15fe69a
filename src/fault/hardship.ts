/** Handicaps put on nodes and lifted again: shared by the faults that leave a node running and make life hard for it. */
import { InternalError } from '../errors.js';
import type { Handicap, Handicaps } from '../runtime/handicap.js';
import { resolveText } from '../topology/partition.js';
import type { Aim, AimView, Effects, Injection } from './fault.js';
import { type Look, witnessEach } from './witness-each.js';

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
  { nodes }: Effects,
): Promise<Injection> {
  const handicap = nodes.handicaps?.[kind] as Handicap<typeof value> | undefined;
  if (!handicap)
    throw new InternalError({ expected: `a runtime that can do \`${kind}\``, found: 'one that cannot' });
  const put = await Promise.allSettled(targets.map((node) => handicap.put(node, fault, value)));
  const failed = put.find((one) => one.status === 'rejected');
  if (failed) {
    // Nobody will heal a fault that was not injected.
    await Promise.allSettled(targets.map((node) => handicap.lift(node, fault)));
    throw failed.reason;
  }
  const at = Math.max(...put.map((one) => (one.status === 'fulfilled' ? one.value.at : 0)), 0);
  const look = async (node: string): Promise<Look> => {
    const { ok, expected, observed } = await handicap.look(node, fault);
    return { ok, evidence: { subject: node, expected, observed } };
  };
  return {
    witness: () => witnessEach(at, targets, look),
    async heal() {
      const lifted = await Promise.all(targets.map((node) => handicap.lift(node, fault)));
      return witnessEach(Math.max(...lifted.map((one) => one.at), 0), targets, look);
    },
  };
}
