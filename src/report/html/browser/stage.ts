/** The time axis with all that lies on it: lanes, operations, durability; zoomed by dragging, read at the cursor. */
import type { PageModel } from '../page-model.ts';
import { paintStrip, STRIP } from './durability.ts';
import { el, time } from './elements.ts';
import { AXIS, drawLanes, LANE, shownLanes } from './lanes.ts';
import { moment } from './moment.ts';
import { PLOT, Plot, type Point } from './points.ts';
import { type Scale, scaleOf, type View } from './view.ts';

/** A shorter drag is a click. */
const DRAG = 5;

export class Stage {
  readonly element = el('div', { class: 'stage' });
  readonly #model: PageModel;
  readonly #view: View;
  readonly #plots: Map<string, Plot>;
  readonly #rows = el('div', { class: 'rows' });
  readonly #cursor = el('div', { class: 'cursor' });
  readonly #brush = el('div', { class: 'brush', hidden: true });
  readonly #tip = el('div', { class: 'tip', hidden: true, role: 'status' });
  readonly #moment = el('div');
  #width = 0;

  constructor(model: PageModel, view: View) {
    this.#model = model;
    this.#view = view;
    this.#plots = new Map(model.groups.map((group) => [group.name, new Plot(group, model)]));
    const frame = el(
      'div',
      {
        class: 'frame',
        tabindex: 0,
        role: 'group',
        'aria-label':
          'time axis: arrows move the cursor, plus and minus zoom, 0 shows everything, n and p go to evidence',
      },
      this.#rows,
      this.#cursor,
      this.#brush,
      this.#tip,
    );
    this.#listen(frame);
    this.element.append(this.#tools(), legend(), frame, this.#moment);
    view.watch((isOnlyCursor) => this.draw(isOnlyCursor));
    new ResizeObserver(() => {
      if (this.#plotWidth() !== this.#width) view.changed();
    }).observe(this.element);
  }

  draw(isOnlyCursor = false): void {
    if (!isOnlyCursor) this.#drawRows();
    const x = this.#scale().x(this.#view.cursor);
    this.#cursor.hidden = x < 0 || x > this.#width;
    this.#cursor.style.left = `${this.#left() + x}px`;
    this.#moment.replaceChildren(moment(this.#model, this.#view));
  }

  /** The point of an operation, by its invocation. */
  pointOf(invoke: number): Point | undefined {
    for (const plot of this.#plots.values()) {
      const found = plot.points.find((point) => point.invoke === invoke);
      if (found) return found;
    }
    return undefined;
  }

  #drawRows(): void {
    const model = this.#model;
    const view = this.#view;
    const lanes = shownLanes(model, view);
    const names = el('div', { class: 'names' });
    names.style.paddingTop = `${AXIS}px`;
    for (const { name, kind } of lanes) {
      const label = el('div', { class: 'name', title: `${kind} ${name}` }, name);
      label.style.height = `${LANE}px`;
      names.append(label);
    }
    const lanePlot = el('div', { class: 'plot' });
    this.#rows.replaceChildren(names, lanePlot);
    this.#width = lanePlot.clientWidth;
    const scale = this.#scale();
    lanePlot.append(drawLanes(model, view, scale));
    for (const { name, total } of model.groups) {
      if (view.hidden.has(`group ${name}`)) continue;
      const canvas = this.#canvas(
        name,
        `${total} operations`,
        PLOT,
        `operations of ${name} by latency; the table below has them`,
      );
      canvas.dataset['group'] = name;
      this.#plots.get(name)?.paint(canvas, view, scale);
    }
    const { counts } = model.durability;
    const writes = Object.values(counts).reduce((sum, count) => sum + count, 0);
    if (writes > 0) {
      const told = Object.entries(counts).flatMap(([fate, count]) => (count > 0 ? [`${count} ${fate}`] : []));
      const canvas = this.#canvas(
        'durability',
        told.join(', '),
        STRIP,
        `what became of ${writes} writes: ${told.join(', ')}`,
      );
      paintStrip(canvas, model.durability, view, scale);
    }
  }

  #canvas(name: string, about: string, height: number, label: string): HTMLCanvasElement {
    const canvas = el('canvas', { role: 'img', 'aria-label': label });
    canvas.style.height = `${height}px`;
    const head = el(
      'div',
      { class: 'name tall', title: `${name}: ${about}` },
      el('b', {}, name),
      el('small', {}, about),
    );
    this.#rows.append(head, el('div', { class: 'plot' }, canvas));
    return canvas;
  }

  #plotWidth(): number {
    return this.#rows.querySelector('.plot')?.clientWidth ?? 0;
  }

  #left(): number {
    return this.#rows.querySelector<HTMLElement>('.plot')?.offsetLeft ?? 0;
  }

  #scale(): Scale {
    return scaleOf(this.#view, this.#width);
  }

  #tools(): HTMLElement {
    const view = this.#view;
    const chip = (name: string, text: string) => {
      const button = el('button', { type: 'button', class: 'chip', 'aria-pressed': 'true' }, text);
      button.addEventListener('click', () => button.setAttribute('aria-pressed', String(view.toggle(name))));
      return button;
    };
    const action = (text: string, title: string, act: () => void) => {
      const button = el('button', { type: 'button', title }, text);
      button.addEventListener('click', act);
      return button;
    };
    return el(
      'div',
      { class: 'tools', role: 'toolbar', 'aria-label': 'what is shown' },
      ...this.#model.lanes.map(({ name }) => chip(`node ${name}`, name)),
      ...this.#model.groups.map(({ name }) => chip(`group ${name}`, `clients ${name}`)),
      el('span', { class: 'gap' }),
      action('−', 'zoom out (-)', () => view.scale(0.5)),
      action('+', 'zoom in (+)', () => view.scale(2)),
      action('all', 'the whole run (0)', () => view.zoom(0, view.end)),
    );
  }

  #listen(frame: HTMLElement): void {
    const view = this.#view;
    let begun: number | undefined;
    const placeOf = (event: PointerEvent) => {
      const x = event.clientX - this.#rows.getBoundingClientRect().left - this.#left();
      return Math.max(0, Math.min(this.#width, x));
    };
    frame.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || !(event.target instanceof Element)) return;
      if (event.target.closest('.plot') === null || event.target.closest('a') !== null) return;
      begun = placeOf(event);
      frame.setPointerCapture(event.pointerId);
    });
    frame.addEventListener('pointermove', (event) => {
      const x = placeOf(event);
      if (begun === undefined) {
        this.#hover(event, x);
        return;
      }
      this.#brush.hidden = Math.abs(x - begun) < DRAG;
      this.#brush.style.left = `${this.#left() + Math.min(begun, x)}px`;
      this.#brush.style.width = `${Math.abs(x - begun)}px`;
    });
    frame.addEventListener('pointerup', (event) => {
      if (begun === undefined) return;
      const [from, to] = [begun, placeOf(event)].sort((one, other) => one - other) as [number, number];
      begun = undefined;
      this.#brush.hidden = true;
      const scale = this.#scale();
      if (to - from < DRAG) view.point(scale.at(to));
      else view.zoom(scale.at(from), scale.at(to));
    });
    frame.addEventListener('pointercancel', () => {
      begun = undefined;
      this.#brush.hidden = true;
    });
    frame.addEventListener('pointerleave', () => {
      this.#tip.hidden = true;
    });
    frame.addEventListener('dblclick', () => view.zoom(0, view.end));
    frame.addEventListener('keydown', (event) => {
      const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (way === undefined) return;
      event.preventDefault();
      if (event.shiftKey) view.pan(way * 0.25);
      else view.point(view.cursor + (way * (view.to - view.from)) / 100);
    });
  }

  #hover(event: PointerEvent, x: number): void {
    const canvas = event.target instanceof HTMLCanvasElement ? event.target : undefined;
    const plot = canvas && this.#plots.get(canvas.dataset['group'] ?? '');
    const point = plot?.nearest(this.#scale(), x, event.clientY - canvas!.getBoundingClientRect().top);
    const at = this.#scale().at(x);
    this.#tip.hidden = this.#width === 0;
    this.#tip.textContent = point ? pointText(point) : time(at);
    const frame = this.#rows.getBoundingClientRect();
    const room = Math.max(0, frame.width - this.#tip.offsetWidth - 8);
    this.#tip.style.left = `${Math.min(room, event.clientX - frame.left + 12)}px`;
    this.#tip.style.top = `${event.clientY - frame.top + 16}px`;
  }
}

/** An operation in words. */
export function pointText({ at, took, type, f, key, node, error, invoke }: Point): string {
  const took_ = took === undefined ? 'no answer' : time(took);
  return [
    `${type}: ${f}${key === undefined ? '' : ` ${key}`}`,
    node,
    took_,
    error,
    `at ${time(at)}, event ${invoke}`,
  ]
    .filter((text) => text !== undefined)
    .join(' · ');
}

function legend(): HTMLElement {
  const key = (kind: string, text: string) =>
    el('span', {}, el('i', { class: `key ${kind}`, 'aria-hidden': 'true' }), text);
  return el(
    'p',
    { class: 'keys' },
    key('primary', 'primary'),
    key('standby', 'standby'),
    key('paused', 'paused'),
    key('down', 'down'),
    key('fault', 'fault in force'),
    key('ok', '▪ ok'),
    key('failed', '✕ fail'),
    key('info', '△ in doubt'),
    el('span', { class: 'hint' }, 'drag to zoom, click for the cursor, n and p for evidence'),
  );
}
