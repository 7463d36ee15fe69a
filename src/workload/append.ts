/** Lists that grow: append 118 to k7, read k7, append 119 to k7, ... */
import { keyOf, read, type Workload } from './workload.js';

export const append: Workload = {
  name: 'append',
  about: 'lists that writes append to',
  operations: () => ['read', 'append'],
  distinct: true,
  generator: (settings, random, unique) => ({
    next() {
      const key = keyOf(settings, random);
      return random.next() < settings.writes ? { f: 'append', key, value: unique.take() } : read(key);
    },
  }),
};
