/** What was so at the cursor: who was what, which faults were in force, which links were open, what the logs say. */
import type { LogLines, PageModel, Stretch } from '../page-model.ts';
import { el, table, time } from './elements.ts';
import type { View } from './view.ts';

const BEFORE = 5;
const AFTER = 3;

export function moment(model: PageModel, view: View): HTMLElement {
  const at = view.cursor;
  const phase = model.phases.findLast((one) => holds(one, at));
  const isShown = (name: string) => !view.hidden.has(`node ${name}`);
  const states = model.lanes
    .filter(({ name }) => isShown(name))
    .map(({ name, lives }) => {
      const life = lives.findLast((one) => holds(one, at));
      const term = life?.term === undefined ? '' : `, term ${life.term}`;
      return el(
        'li',
        { class: `state ${life?.state ?? ''}` },
        el('b', {}, name),
        ` ${life?.state ?? 'not there'}${term}`,
      );
    });
  const faults = model.faults.filter((fault) => fault.seen && holds(fault, at));
  return el(
    'section',
    { class: 'moment', 'aria-label': 'at the cursor' },
    el('h3', {}, `At ${time(at)}`, el('span', { class: 'figure' }, phase ? ` phase ${phase.name}` : '')),
    view.note !== '' && el('p', { class: 'event' }, view.note),
    el('ul', { class: 'states' }, ...states),
    faults.length > 0 &&
      el('p', {}, 'In force: ', ...faults.map(({ name }) => el('span', { class: 'in-force' }, name))),
    el(
      'div',
      { class: 'two' },
      matrix(model, at),
      logs(
        model.logs.filter(({ node }) => isShown(node)),
        at,
      ),
    ),
  );
}

function holds({ from, to }: Stretch, at: number): boolean {
  return at >= from && at <= to;
}

function matrix({ links, changes }: PageModel, at: number): HTMLElement | undefined {
  if (links.length === 0) return undefined;
  const now = changes.filter((change) => holds(change, at));
  const froms = [...new Set(links.map(({ from }) => from))];
  const tos = [...new Set(links.map(({ to }) => to))];
  const rows = froms.map((from) => [
    from,
    ...tos.map((to) => {
      const own = links.filter((link) => link.from === from && link.to === to);
      if (own.length === 0) return el('span', { class: 'no-link' }, '–');
      const changed = now.filter(({ link }) => own.some(({ name }) => name === link));
      const told = changed.map(
        ({ link, what, saw }) => `${link}: ${what}${saw ? `; the probe saw: ${saw}` : ''}`,
      );
      if (changed.length === 0) return el('span', { class: 'open' }, 'open');
      return el('span', { class: 'changed', title: told.join('\n') }, changed[0]!.what.replace(/:.*/, ''));
    }),
  ]);
  const seen = new Map<string, string[]>();
  for (const { link, what, saw } of now) {
    const text = `${what}${saw ? `; the probe saw: ${saw}` : ''}`;
    seen.set(text, [...(seen.get(text) ?? []), link]);
  }
  return el(
    'div',
    { class: 'matrix' },
    el('h4', {}, 'Links, from row to column'),
    table(['from', ...tos], rows),
    ...[...seen].map(([text, names]) => el('p', { class: 'saw' }, el('b', {}, names.join(', ')), ` ${text}`)),
  );
}

function logs(all: readonly LogLines[], at: number): HTMLElement | undefined {
  const told = all.filter(({ lines }) => lines.length > 0);
  if (told.length === 0) return undefined;
  return el(
    'div',
    { class: 'logs' },
    el('h4', {}, 'Logs at the cursor'),
    ...told.map((log) => logAt(log, at)),
  );
}

function logAt({ node, lines, cut }: LogLines, at: number): HTMLElement {
  const timed = lines.some(([then]) => then !== null);
  const next = timed ? lines.findIndex(([then]) => then !== null && then > at) : 0;
  const place = next < 0 ? lines.length : next;
  const from = Math.max(0, place - BEFORE);
  const shown = lines.slice(from, place + AFTER);
  const hint = timed ? '' : ' (its lines tell no time)';
  const pre = el('pre');
  shown.forEach(([then, text], row) => {
    const isPast = timed && from + row < place;
    const stamp = then === null ? '' : `${then.toFixed(1).padStart(9)}  `;
    pre.append(el('span', { class: isPast ? 'past' : 'ahead' }, `${stamp}${text}\n`));
  });
  return el(
    'details',
    { open: true },
    el('summary', {}, `${node}${hint}${cut ? ' (its last part)' : ''}`),
    pre,
  );
}
