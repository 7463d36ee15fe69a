/** What is looked at: a part of the time axis, an instant on it, and whose operations and lanes are shown. */
import type { Stretch } from '../page-model.ts';

/** Nothing that is drawn lies closer together. */
const NARROWEST = 1;
const LATEST = 60;

export class View implements Stretch {
  from = 0;
  to: number;
  /** The instant that the tables at the cursor tell of. */
  cursor = 0;
  /** What the cursor was set to by a link: the event in words. */
  note = '';
  /** Names of lanes (`node a`) and groups (`group app`) that are not shown. */
  readonly hidden = new Set<string>();
  readonly end: number;
  readonly #watchers: ((isOnlyCursor: boolean) => void)[] = [];
  #due: 'no' | 'cursor' | 'all' = 'no';

  constructor(end: number) {
    this.end = Math.max(end, NARROWEST);
    this.to = this.end;
  }

  watch(watcher: (isOnlyCursor: boolean) => void): void {
    this.#watchers.push(watcher);
  }

  zoom(from: number, to: number): void {
    const length = Math.min(this.end, Math.max(NARROWEST, to - from));
    this.from = Math.max(0, Math.min(this.end - length, from));
    this.to = this.from + length;
    this.changed();
  }

  /** Closer by a factor, around the cursor where it is in sight. */
  scale(factor: number): void {
    const { from, to, cursor } = this;
    const centre = cursor >= from && cursor <= to ? cursor : (from + to) / 2;
    this.zoom(centre - (centre - from) / factor, centre + (to - centre) / factor);
  }

  pan(share: number): void {
    const by = (this.to - this.from) * share;
    this.zoom(this.from + by, this.to + by);
  }

  point(at: number, note = ''): void {
    this.note = note;
    this.cursor = Math.max(0, Math.min(this.end, at));
    this.changed(true);
  }

  /** Shows an instant, closely enough to tell it from its neighbours. */
  show(at: number, note = ''): void {
    const length = Math.min(this.to - this.from, Math.max(NARROWEST, this.end / 8, LATEST));
    if (at < this.from || at > this.to || this.to - this.from > length)
      this.zoom(at - length / 2, at + length / 2);
    this.point(at, note);
  }

  toggle(name: string): boolean {
    const isShown = !this.hidden.delete(name);
    if (isShown) this.hidden.add(name);
    this.changed();
    return !isShown;
  }

  /** Everything that changes within a frame is drawn once. */
  changed(isOnlyCursor = false): void {
    if (this.#due === 'no')
      requestAnimationFrame(() => {
        const only = this.#due === 'cursor';
        this.#due = 'no';
        for (const watcher of this.#watchers) watcher(only);
      });
    this.#due = isOnlyCursor && this.#due !== 'all' ? 'cursor' : 'all';
  }
}

/** From times to places on a plot of a width, and back. */
export interface Scale {
  width: number;
  x(at: number): number;
  at(x: number): number;
}

export function scaleOf({ from, to }: Stretch, width: number): Scale {
  return {
    width,
    x: (at) => ((at - from) / (to - from)) * width,
    at: (x) => from + (x / Math.max(1, width)) * (to - from),
  };
}

/** Round instants for an axis. */
export function ticks({ from, to }: Stretch, most: number): number[] {
  const rough = (to - from) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough) ?? rough;
  const found: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return found;
}

export function tickText(at: number, { from, to }: Stretch): string {
  const length = to - from;
  if (length >= 2_000) return `${(at / 1000).toFixed(length >= 20_000 ? 0 : 1)} s`;
  return `${at.toFixed(length < 20 ? 2 : 0)} ms`;
}
