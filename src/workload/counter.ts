/** Numbers that only grow: add 1 to k7, read k7, add 3 to k7, ... */
import { integer } from '../random.js';
import { keyOf, read, type Workload } from './workload.js';

const MOST = 5;

export const counter: Workload = {
  name: 'counter',
  about: 'numbers that writes add to',
  operations: () => ['read', 'add'],
  distinct: false,
  model: 'counter',
  generator: (settings, random) => ({
    next() {
      const key = keyOf(settings, random);
      if (random.next() >= settings.writes) return read(key);
      return { f: 'add', key, value: integer(random, 1, MOST) };
    },
  }),
};
