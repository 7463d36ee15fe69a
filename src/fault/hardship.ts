/** Handicaps put on nodes and lifted again: shared by the faults that leave a node running and make life hard for it. */
import { InternalError } from '../errors.js';
import type { Handicap, Handicaps } from '../runtime/handicap.js';
import { resolveText } from '../topology/partition.js';
import { allOrNone } from './all-or-none.js';
import type { Aim, AimView, Effects, Injection } from './fault.js';
import { wholeAt } from './whole-at.js';
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
  { clock, nodes }: Effects,
): Promise<Injection> {
  const handicap = nodes.handicaps?.[kind] as Handicap<typeof value> | undefined;
  if (!handicap)
    throw new InternalError({ expected: `a runtime that can do \`${kind}\``, found: 'one that cannot' });
  const lift = (node: string) => handicap.lift(node, fault);
  const put = await allOrNone(targets, (node) => handicap.put(node, fault, value), lift);
  const at = wholeAt(clock, put);
  const look = async (node: string): Promise<Look> => {
    const { ok, expected, observed } = await handicap.look(node, fault);
    return { ok, evidence: { subject: node, expected, observed } };
  };
  return {
    witness: () => witnessEach(at, targets, look),
    async heal() {
      const lifted = await Promise.all(targets.map(lift));
      return witnessEach(wholeAt(clock, lifted), targets, look);
    },
  };
}
