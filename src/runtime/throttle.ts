/** Limits of how fast a disk is read and written. */
import { formatSize } from '../drill/units.js';

export const THROTTLES = ['read', 'write', 'read_ops', 'write_ops'] as const;

/** What of a disk's speed is left: bytes and operations a second. */
export type Throttle = Partial<Record<(typeof THROTTLES)[number], number | undefined>>;

/** `write 1m/s, read_ops 20/s`. */
export function describeThrottle(throttle: Throttle): string {
  const parts = THROTTLES.flatMap((name) => {
    const limit = throttle[name];
    if (limit === undefined) return [];
    return [`${name} ${name.endsWith('_ops') ? limit : formatSize(limit)}/s`];
  });
  return parts.join(', ') || 'unlimited';
}
