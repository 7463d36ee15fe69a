/** Looks at each target of an effect, all at once, and puts together what was seen. */
import type { Evidence } from './history/event.js';

export interface Look {
  /** Whether what was seen is what should be. */
  ok: boolean;
  evidence: Evidence;
}

export interface Seen {
  witnessed: boolean;
  evidence: Evidence[];
}

/** An effect without a single target is none, so nobody has witnessed one. */
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
