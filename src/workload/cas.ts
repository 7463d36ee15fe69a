/**
 * Compare-and-set: each puts a new value in the place of the one that its group saw last: read k7 -> 118, cas k7 118 -> 119,
 * cas k7 119 -> 121, ... What is there after one that failed or is in doubt is not known: it is read first.
 */
import type { Value } from '../history/event.js';
import { keyOf, read, type Workload } from './workload.js';

export const cas: Workload = {
  name: 'cas',
  about: 'keys whose writes compare and set: they fail where another value is there',
  operations: () => ['read', 'cas'],
  distinct: true,
  model: 'cas-register',
  generator(settings, random, unique) {
    const seen = new Map<string, Value>();
    return {
      next() {
        const key = keyOf(settings, random);
        const expected = seen.get(key);
        if (expected === undefined || random.next() >= settings.writes) return read(key);
        return { f: 'cas', key, value: [expected, unique.take()] };
      },
      learn({ f, key, value }, outcome) {
        if (outcome.type !== 'ok') {
          if (f === 'cas') seen.delete(key);
        } else seen.set(key, f === 'cas' && Array.isArray(value) ? (value[1] ?? null) : outcome.value);
      },
    };
  },
};
