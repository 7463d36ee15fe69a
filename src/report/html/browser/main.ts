/** The page's script: unpacks the data, draws it, and follows links to events and findings. */
import type { PageModel } from '../page-model.ts';
import { drawing } from './drawing.ts';
import { el } from './elements.ts';
import { pointText, Stage } from './stage.ts';
import { opened, tables } from './tables.ts';
import { View } from './view.ts';

async function unpacked(): Promise<PageModel> {
  const text = document.getElementById('data')?.textContent ?? '';
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(stream).json()) as PageModel;
}

/** Draws what the model holds. */
function mount(model: PageModel): void {
  const view = new View(model.end);
  view.cursor = model.faults[0]?.from ?? model.end / 2;
  const stage = new Stage(model, view);
  document.getElementById('stage')?.replaceChildren(stage.element);
  for (const evidence of model.evidence) {
    const place = document.getElementById(evidence.id)?.querySelector('.drawing');
    const drawn = drawing(evidence);
    if (place && drawn) place.replaceChildren(drawn);
  }
  document.getElementById('rest')?.replaceChildren(el('h2', {}, 'As tables'), ...tables(model));
  const go = () => follow(model, view, stage);
  window.addEventListener('hashchange', go);
  document.addEventListener('keydown', (event) => onKey(event, model, view));
  document.querySelector('header')?.append(theme(view));
  stage.draw();
  go();
}

/** Light or dark, as the reader's system has it until it is asked for otherwise. */
function theme(view: View): HTMLElement {
  const root = document.documentElement;
  const button = el('button', { type: 'button', class: 'theme' }, 'light / dark');
  button.addEventListener('click', () => {
    const isDark = getComputedStyle(root).getPropertyValue('color-scheme') === 'dark';
    const wasDark =
      isDark || (root.style.colorScheme === '' && matchMedia('(prefers-color-scheme: dark)').matches);
    root.style.colorScheme = wasDark ? 'light' : 'dark';
    view.changed();
  });
  return button;
}

/** Instants that are worth a look, in their order: what shows what was not met, and each fault. */
function stops({ evidence, faults }: PageModel): { at: number; link: string }[] {
  const shown = evidence.flatMap(({ events }) =>
    events.map(({ at, index }) => ({ at, link: `event-${index}` })),
  );
  const begun = faults.map(({ from, index }) => ({ at: from, link: `event-${index}` }));
  const found = [...shown, ...begun].sort((one, other) => one.at - other.at);
  return found.filter(({ at }, place) => place === 0 || at > found[place - 1]!.at);
}

function onKey(event: KeyboardEvent, model: PageModel, view: View): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  switch (event.key) {
    case 'n': {
      const next = stops(model).find(({ at }) => at > view.cursor + 0.001);
      if (next) location.hash = next.link;
      break;
    }
    case 'p': {
      const last = stops(model).findLast(({ at }) => at < view.cursor - 0.001);
      if (last) location.hash = last.link;
      break;
    }
    case '+':
      view.scale(2);
      break;
    case '-':
      view.scale(0.5);
      break;
    case '0':
      view.zoom(0, view.end);
      break;
  }
}

/** `#event-41`, `#finding-lost_writes`, `#at-2413.5` */
function follow(model: PageModel, view: View, stage: Stage): void {
  const hash = decodeURIComponent(location.hash.slice(1));
  const instant = /^at-(\d+(?:\.\d+)?)$/.exec(hash);
  const event = /^event-(\d+)$/.exec(hash);
  for (const old of document.querySelectorAll('.target')) old.classList.remove('target');
  if (instant) view.show(Number(instant[1]));
  else if (event) {
    const found = eventOf(model, stage, Number(event[1]));
    if (found === undefined) return;
    view.show(found.at, `event ${event[1]}: ${found.text}`);
    if (model.events.some(({ index }) => index === Number(event[1]))) opened('events');
    document.getElementById(hash)?.closest('tr')?.classList.add('target');
    document.getElementById('timeline')?.scrollIntoView();
  } else if (hash.startsWith('finding-')) {
    const card = document.getElementById(hash);
    if (!(card instanceof HTMLDetailsElement)) return;
    for (let around: Element | null = card; around; around = around.parentElement)
      if (around instanceof HTMLDetailsElement) around.open = true;
    card.classList.add('target');
    card.scrollIntoView();
    const first = model.evidence.find(({ id }) => id === hash)?.events[0];
    if (first) view.show(first.at);
  }
}

/** An event in words: told as such, or an operation that is drawn. */
function eventOf(model: PageModel, stage: Stage, index: number): { at: number; text: string } | undefined {
  const told = model.events.find((event) => event.index === index);
  if (told) return told;
  const shown = model.evidence.flatMap(({ operations }) => operations);
  const operation = shown.find(({ events }) => events.includes(index));
  if (operation) {
    const { events, from, to, type, text } = operation;
    return { at: events[0] === index ? from : to, text: `${text} (${type})` };
  }
  const mark = model.marks.find((one) => one.index === index);
  const evidence = model.evidence.flatMap(({ events }) => events).find((event) => event.index === index);
  const point = stage.pointOf(index);
  if (mark) return mark;
  if (point) return { at: point.at, text: pointText(point) };
  return evidence && { at: evidence.at, text: 'among the evidence' };
}

void unpacked().then(mount);
