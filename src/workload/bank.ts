/** Accounts of which each bank has a few: transfer 31 from account 2 of k7 to account 0, read all accounts of k7, ... */
import { integer } from '../random.js';
import { keyOf, read, type Workload } from './workload.js';

const ACCOUNTS = 5;
const MOST = 100;

export const bank: Workload = {
  name: 'bank',
  about: 'banks whose writes transfer between their accounts',
  operations: () => ['read', 'transfer'],
  distinct: false,
  model: 'accounts',
  generator: (settings, random) => ({
    next() {
      const key = keyOf(settings, random);
      if (random.next() >= settings.writes) return read(key);
      const from = integer(random, 0, ACCOUNTS - 1);
      const to = (from + integer(random, 1, ACCOUNTS - 1)) % ACCOUNTS;
      return { f: 'transfer', key, value: [from, to, integer(random, 1, MOST)] };
    },
  }),
};
