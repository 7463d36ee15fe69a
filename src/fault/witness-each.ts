/** Looks at each target of a fault, all at once, and puts together what was seen. */
import type { Evidence } from '../history/event.js';
import type { Seen } from './fault.js';

export interface Look {
  /** Whether what was seen is what should be. */
  ok: boolean;
  evidence: Evidence;
}

/** A fault without a single target had no effect, so nobody has witnessed one. */
export async function witnessEach<Target>(
  targets: readonly Target[],
  look: (target: Target) => Promise<Look>,
): Promise<Seen> {
  if (targets.length === 0) {
    const evidence = [{ subject: 'targets', expected: 'one or more', observed: 'none' }];
    return { witnessed: false, evidence };
  }
  const looks = await Promise.all(targets.map(look));
  return { witnessed: looks.every(({ ok }) => ok), evidence: looks.map(({ evidence }) => evidence) };
}
