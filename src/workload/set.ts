/** Every write adds an element of its own: write e118 := 118, write e119 := 119, read e118, ... */
import { integer } from '../random.js';
import { read, type Workload } from './workload.js';

export const set: Workload = {
  name: 'set',
  about: 'every write adds a new element',
  operations: () => ['read', 'write'],
  distinct: true,
  model: 'register',
  generator: ({ writes }, random, unique) => ({
    next() {
      if (unique.last > 0 && random.next() >= writes) return read(`e${integer(random, 1, unique.last)}`);
      const value = unique.take();
      return { f: 'write', key: `e${value}`, value };
    },
  }),
};
