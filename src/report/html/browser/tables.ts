/** What is drawn, as tables: each is made when it is opened first. */
import type { Group, PageModel } from '../page-model.ts';
import { el, table, time } from './elements.ts';

/** Rows that no reader gets to the end of. */
const MOST_ROWS = 5_000;

export function tables(model: PageModel): HTMLElement[] {
  return [
    folded('Everything that happened, as a table', 'events', () => eventTable(model)),
    folded('Lanes, as a table', 'lanes-table', () =>
      table(
        ['node', 'was', 'term', 'from', 'to'],
        model.lanes.flatMap(({ name, lives }) =>
          lives.map(({ state, term, from, to }) => [name, state, term ?? '', time(from), time(to)]),
        ),
      ),
    ),
    folded('Faults, as a table', 'faults-table', () =>
      table(
        ['fault', 'targets', 'in force from', 'to', 'seen'],
        model.faults.map(({ name, targets, from, to, seen, over }) => [
          name,
          targets.join(', '),
          time(from),
          over ? time(to) : 'the end',
          seen ? 'witnessed' : 'not seen to take effect',
        ]),
      ),
    ),
    folded('Operations, as a table', 'operations-table', () =>
      el('div', {}, ...model.groups.map((group) => groupTable(group, model.end))),
    ),
    folded('Durability, as a table', 'durability-table', () =>
      table(['write', 'how many'], Object.entries(model.durability.counts)),
    ),
  ];
}

function folded(title: string, id: string, make: () => HTMLElement): HTMLElement {
  const details = el('details', { id }, el('summary', {}, title));
  details.addEventListener('toggle', () => fill(details, make), { once: true });
  fills.set(details, () => fill(details, make));
  return details;
}

const fills = new WeakMap<Element, () => void>();

function fill(details: HTMLElement, make: () => HTMLElement): void {
  if (details.childElementCount === 1) details.append(make());
}

/** Opens a table at once, for a link into it. */
export function opened(id: string): void {
  const details = document.getElementById(id);
  if (!(details instanceof HTMLDetailsElement)) return;
  fills.get(details)?.();
  details.open = true;
}

function eventTable({ events }: PageModel): HTMLElement {
  const shown = events.slice(0, MOST_ROWS);
  const made = table(
    ['at', 'event', 'what'],
    shown.map(({ at, index, text }) => [
      time(at),
      el('a', { href: `#event-${index}`, id: `event-${index}` }, String(index)),
      text,
    ]),
  );
  const more = events.length - shown.length;
  return more > 0
    ? el('div', {}, made, el('p', { class: 'note' }, `and ${more} more, in history.jsonl`))
    : made;
}

function groupTable({ name, buckets, total }: Group, end: number): HTMLElement {
  const length = end / buckets.ok.length;
  const quantile = (ms: number | null | undefined) => (ms === null || ms === undefined ? '' : time(ms));
  const rows = buckets.ok.flatMap((ok, place) => {
    const [fail, info] = [buckets.fail[place]!, buckets.info[place]!];
    if (ok + fail + info === 0) return [];
    const latencies = [buckets.p50[place], buckets.p99[place], buckets.max[place]].map(quantile);
    return [[time(place * length), ok, fail, info, ...latencies]];
  });
  return el(
    'div',
    {},
    el('h4', {}, `${name}: ${total} operations, by stretches of ${time(length)}`),
    table(['from', 'ok', 'fail', 'in doubt', 'p50', 'p99', 'longest'], rows),
  );
}
