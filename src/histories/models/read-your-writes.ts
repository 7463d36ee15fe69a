/** Read your writes: what a process reads is never earlier than what it wrote itself before. */
import { WRITE } from '../formats/operation-table.js';
import type { HistoryModel } from './model.js';
import { judgeSessions } from './sessions.js';
import type { Demand } from './version-order.js';

export const readYourWrites: HistoryModel = {
  name: 'read-your-writes',
  about: 'a register: a process sees its own writes (values must be unique)',
  functions: ['read', 'write'],
  check: (table) =>
    judgeSessions(table, (_, session) => {
      const demands: Demand[] = [];
      // A process's own writes follow each other in time: only the last one before a read matters.
      let own = -1;
      for (const row of session) {
        if (table.f[row] === WRITE) own = row;
        else if (own >= 0)
          demands.push({ before: table.value[own]!, after: table.value[row]!, rows: [own, row] });
      }
      return demands;
    }),
};
