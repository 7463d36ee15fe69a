/** What became of each write that was acknowledged, and of those in doubt. */
import { lostWrites } from '../../checker/lost-writes.js';
import type { Nanoseconds } from '../../history/event.js';
import type { History } from '../../history/history.js';
import { requestsOf } from '../../timeline/client-operations.js';
import { keysOf, shows } from '../../timeline/registers.js';
import { deltas, thinned } from './operations.js';
import type { Durability, Fate } from './page-model.js';

const MOST_CELLS = 30_000;
const LETTERS: Readonly<Record<Fate, string>> = {
  kept: 'k',
  superseded: 's',
  lost: 'l',
  'in doubt': 'd',
  unread: 'u',
};

export function durabilityOf(history: History): Durability {
  const lost = new Set(lostWrites(history).lost.map(({ write }) => write));
  const counts: Durability['counts'] = { kept: 0, superseded: 0, lost: 0, 'in doubt': 0, unread: 0 };
  const cells: { at: Nanoseconds; fate: Fate }[] = [];
  for (const { writes, finals } of keysOf(history)) {
    const final = finals.at(-1);
    for (const { operation: write, end, intended } of requestsOf(history, writes)) {
      if (write.type === 'fail') continue;
      const fate = ((): Fate => {
        if (write.type === 'info') return 'in doubt';
        if (lost.has(write)) return 'lost';
        if (final === undefined) return 'unread';
        return shows(final, write) ? 'kept' : 'superseded';
      })();
      counts[fate] += 1;
      cells.push({ at: Number.isFinite(end) ? end : intended, fate });
    }
  }
  const telling = cells.filter(({ fate }) => fate === 'lost');
  const rest = cells.filter(({ fate }) => fate !== 'lost');
  const drawn = [...thinned(telling, MOST_CELLS), ...thinned(rest, MOST_CELLS)];
  drawn.sort((one, other) => one.at - other.at);
  return {
    counts,
    at: deltas(drawn.map(({ at }) => at)),
    fate: drawn.map(({ fate }) => LETTERS[fate]).join(''),
  };
}
