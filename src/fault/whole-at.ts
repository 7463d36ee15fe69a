/** Since when the whole of an effect is there. */
import type { Clock } from '../clock.js';

/** The instant of its last part; of an effect without parts, the present one. */
export function wholeAt(clock: Clock, parts: readonly { at: number }[]): number {
  return parts.length === 0 ? clock.now() : Math.max(...parts.map(({ at }) => at));
}
