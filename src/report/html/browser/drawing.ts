/**
 * Evidence as it lay in time, each operation and claim a bar on one axis: what overlaps was concurrent, what does not was in
 * that order. The axis shows the order of the events, for single operations are too short beside what lies between them.
 */
import type { Evidence, Stretch } from '../page-model.ts';
import { el, svg, time } from './elements.ts';

const WIDTH = 1000;
const LEAST = 4;
const MOST_ROWS = 16;

export function drawing({ operations, claims }: Evidence): HTMLElement | undefined {
  if (operations.length + claims.length === 0) return undefined;
  const x = placesOf(operations.length > 0 ? operations : claims);
  const bar = ({ from, to }: Stretch, kind: string) =>
    svg(
      'svg',
      {
        viewBox: `0 0 ${WIDTH} 10`,
        preserveAspectRatio: 'none',
        class: `bar-line ${kind}`,
        'aria-hidden': 'true',
      },
      svg('line', { x1: 0, x2: WIDTH, y1: 5, y2: 5 }),
      svg('rect', { x: x(from), y: 1, width: Math.max(LEAST, x(to) - x(from)), height: 8, rx: 2 }),
    );
  const rows = [
    ...claims.map((claim) =>
      el(
        'li',
        {},
        el('b', {}, `${claim.node} primary${claim.term === undefined ? '' : `, term ${claim.term}`}`),
        bar(claim, `claim term-${(claim.term ?? 1) % 4}`),
      ),
    ),
    ...operations.map((operation) => {
      const { type, text, events } = operation;
      const link = { href: `#event-${events[0]}`, title: `${text}, ${when(operation)}` };
      return el('li', {}, el('a', link, `${type === 'ok' ? '' : `${type}: `}${text}`), bar(operation, type));
    }),
  ];
  const list = (part: readonly HTMLElement[]) => el('ol', { class: 'operations' }, ...part);
  const rest = rows.slice(MOST_ROWS);
  const drawn = 'In the order of the events, not at their distance: what overlaps was concurrent.';
  return el(
    'div',
    {},
    el('p', { class: 'note' }, drawn),
    list(rows.slice(0, MOST_ROWS)),
    rest.length > 0 && el('details', {}, el('summary', {}, `${rest.length} more`), list(rest)),
  );
}

/** When it was; nobody knows when one in doubt took effect, if it did. */
function when({ from, to, type }: Stretch & { type?: string }): string {
  return `${time(from)} to ${type === 'info' ? 'nobody knows when' : time(to)}`;
}

/**
 * From instants to places: each beginning and end of what is drawn is as far from the next one as any other, and what lies
 * between two of them is between their places.
 */
function placesOf(all: readonly (Stretch & { type?: string })[]): (at: number) => number {
  // One in doubt has no end of its own.
  const instants = all.flatMap(({ from, to, type }) => (type === 'info' ? [from] : [from, to]));
  const sorted = [...new Set(instants)].sort((one, other) => one - other);
  const step = WIDTH / (sorted.length + 1);
  return (at) => {
    const next = sorted.findIndex((instant) => instant >= at);
    if (next < 0) return WIDTH;
    if (sorted[next] === at) return (next + 1) * step;
    const before = sorted[next - 1];
    return before === undefined ? 0 : (next + (at - before) / (sorted[next]! - before)) * step;
  };
}
