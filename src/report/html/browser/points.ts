/** The operations of a group as points by latency: a dot for ok, a cross for fail, a triangle for info. */
import type { Buckets, Group, PageModel } from '../page-model.ts';
import type { Scale, View } from './view.ts';

export const PLOT = 120;
const TOP = 8;
const BOTTOM = 18;
const NEAR = 10;

export interface Point {
  at: number;
  /** Milliseconds until the answer, or until it was given up; undefined where neither was seen. */
  took: number | undefined;
  type: 'ok' | 'fail' | 'info';
  f: string;
  key: string | undefined;
  node: string | undefined;
  error: string | undefined;
  invoke: number;
}

const TYPES = { o: 'ok', f: 'fail', i: 'info' } as const;

export function pointsOf({ points }: Group, names: PageModel['names']): Point[] {
  let at = 0;
  let invoke = 0;
  return points.begin.map((delta, place) => {
    at += delta;
    invoke += points.invoke[place]!;
    const took = points.took[place]!;
    return {
      at: at / 1000,
      took: took < 0 ? undefined : took / 1000,
      type: TYPES[points.type[place] as keyof typeof TYPES],
      f: names.f[points.f[place]!] ?? '',
      key: names.key[points.key[place]!],
      node: names.node[points.node[place]!],
      error: names.error[points.error[place]!],
      invoke,
    };
  });
}

/** One plot; `paint` is called whenever the view has changed. */
export class Plot {
  readonly points: readonly Point[];
  readonly #buckets: Buckets;
  readonly #end: number;
  readonly #least: number;
  readonly #most: number;

  constructor(group: Group, { names, end }: PageModel) {
    this.points = pointsOf(group, names);
    this.#buckets = group.buckets;
    this.#end = end;
    let [least, most] = [1, 10];
    for (const { took } of this.points) {
      if (took === undefined) continue;
      least = Math.min(least, Math.max(0.01, took));
      most = Math.max(most, took);
    }
    this.#least = Math.log10(least);
    this.#most = Math.log10(most) + 0.08;
  }

  /** Of a latency, on a logarithmic scale; what was never answered is at the top. */
  y(took: number | undefined): number {
    if (took === undefined) return TOP - 2;
    const share = (Math.log10(Math.max(0.01, took)) - this.#least) / (this.#most - this.#least);
    return PLOT - BOTTOM - share * (PLOT - BOTTOM - TOP);
  }

  paint(canvas: HTMLCanvasElement, view: View, scale: Scale): void {
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    canvas.width = scale.width * ratio;
    canvas.height = PLOT * ratio;
    const context = canvas.getContext('2d');
    if (context === null) return;
    context.scale(ratio, ratio);
    const colour = coloursOf(canvas);
    this.#grid(context, scale, colour);
    this.#rate(context, scale, colour('--rate'));
    for (const type of ['ok', 'info', 'fail'] as const) {
      context.strokeStyle = colour(`--${type}`);
      context.fillStyle = colour(`--${type}`);
      context.globalAlpha = type === 'ok' ? 0.6 : 0.95;
      context.lineWidth = 1.4;
      const path = new Path2D();
      // What would lie on the same pixel as another one need not be drawn.
      const taken = new Set<number>();
      for (const point of this.points) {
        if (point.type !== type || point.at < view.from || point.at > view.to) continue;
        const [x, y] = [scale.x(point.at), this.y(point.took)];
        const pixel = Math.round(x) * PLOT + Math.round(y);
        if (taken.has(pixel)) continue;
        taken.add(pixel);
        SHAPES[type](path, x, y);
      }
      if (type === 'ok') context.fill(path);
      else context.stroke(path);
    }
    context.globalAlpha = 1;
  }

  #grid(context: CanvasRenderingContext2D, scale: Scale, colour: (name: string) => string): void {
    context.font = '11px system-ui, sans-serif';
    for (let power = Math.ceil(this.#least); power <= this.#most; power++) {
      const y = this.y(10 ** power);
      context.strokeStyle = colour('--grid');
      context.beginPath();
      context.moveTo(0, y + 0.5);
      context.lineTo(scale.width, y + 0.5);
      context.stroke();
      context.fillStyle = colour('--soft');
      context.fillText(
        power >= 3 ? `${10 ** (power - 3)} s` : `${Number((10 ** power).toFixed(2))} ms`,
        3,
        y - 3,
      );
    }
  }

  /** How many were acknowledged, as an area at the foot. */
  #rate(context: CanvasRenderingContext2D, scale: Scale, colour: string): void {
    const { ok } = this.#buckets;
    const most = Math.max(1, ...ok);
    const length = this.#end / ok.length;
    context.fillStyle = colour;
    ok.forEach((count, place) => {
      const x = scale.x(place * length);
      const height = (count / most) * (BOTTOM - 4);
      context.fillRect(x, PLOT - height, Math.max(0.5, scale.x((place + 1) * length) - x), height);
    });
  }

  /** The point under a place of the plot. */
  nearest(scale: Scale, x: number, y: number): Point | undefined {
    let [best, distance]: [Point | undefined, number] = [undefined, NEAR];
    for (const point of this.points) {
      const away = Math.hypot(scale.x(point.at) - x, this.y(point.took) - y);
      if (away < distance) [best, distance] = [point, away];
    }
    return best;
  }
}

const SHAPES = {
  ok: (path: Path2D, x: number, y: number) => path.rect(x - 1.2, y - 1.2, 2.4, 2.4),
  fail(path: Path2D, x: number, y: number) {
    path.moveTo(x - 3, y - 3);
    path.lineTo(x + 3, y + 3);
    path.moveTo(x + 3, y - 3);
    path.lineTo(x - 3, y + 3);
  },
  info(path: Path2D, x: number, y: number) {
    path.moveTo(x, y - 3.4);
    path.lineTo(x + 3.4, y + 2.6);
    path.lineTo(x - 3.4, y + 2.6);
    path.closePath();
  },
};

/** The colours of the page's style by their names, as they are now: light or dark. */
export function coloursOf(element: Element): (name: string) => string {
  const probe = document.createElement('i');
  element.parentElement?.append(probe);
  const style = getComputedStyle(probe);
  const known = new Map<string, string>();
  const read = (name: string) => {
    probe.style.color = `var(${name})`;
    known.set(name, style.color);
  };
  for (const name of ['--ok', '--fail', '--info', '--grid', '--soft', '--rate', '--superseded']) read(name);
  probe.remove();
  return (name) => known.get(name) ?? 'gray';
}
