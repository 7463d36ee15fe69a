/** Keys that are written again and again: write k7 := 118, read k3, write k7 := 119, ... */
import { keyOf, read, type Workload } from './workload.js';

export const register: Workload = {
  name: 'register',
  about: 'keys that are written and read',
  operations: ({ writes }) => (writes > 0 ? ['read', 'write'] : ['read']),
  distinct: true,
  model: 'register',
  generator: (settings, random, unique) => ({
    next() {
      const key = keyOf(settings, random);
      return random.next() < settings.writes ? { f: 'write', key, value: unique.take() } : read(key);
    },
  }),
};
