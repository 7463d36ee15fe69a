/** Lists that grow: append 118 to k7, read k7, append 119 to k7, ... A list that is long goes on under a new key. */
import { keyOf, read, type Workload } from './workload.js';

/** How many elements a group appends to one list: each entry of a log holds its list whole, and each read. */
const LONGEST = 50;

export const append: Workload = {
  name: 'append',
  about: 'lists that writes append to',
  operations: () => ['read', 'append'],
  distinct: true,
  model: 'append',
  generator(settings, random, unique) {
    const appended = new Map<string, number>();
    return {
      next() {
        const key = keyOf(settings, random);
        const count = appended.get(key) ?? 0;
        const list = `${key}-${Math.floor(count / LONGEST)}`;
        if (random.next() >= settings.writes) return read(list);
        appended.set(key, count + 1);
        return { f: 'append', key: list, value: unique.take() };
      },
    };
  },
};
