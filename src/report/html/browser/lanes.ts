/** The lanes: what each node was, faults in the time in which they were in force, and what happened to whom. */
import type { Lane, Mark, PageModel } from '../page-model.ts';
import { svg, time } from './elements.ts';
import { type Scale, ticks, tickText, type View } from './view.ts';

export const LANE = 42;
/** The ticks, and below them the names of faults. */
export const AXIS = 34;
/** Of what a node was; above it is room for marks. */
const BAR = 20;
const BAR_TOP = 17;
const LETTER = 6.4;

/** A shape for each kind of mark, on a field of 12 by 12, besides its word. */
const SHAPES: Readonly<Record<string, string>> = {
  declared: 'M6 1 11 11 1 11Z',
  detected: 'M6 0 12 6 6 12 0 6Z',
  fencing: 'M1 1 11 11M11 1 1 11',
  fenced: 'M1 1H11V11H1Z',
  promoted: 'M6 1 11 6H8V11H4V6H1Z',
  'first write': 'M1 6 5 10 11 2',
  recovered: 'M6 1 7.6 4.6 11.5 5 8.6 7.6 9.4 11.4 6 9.4 2.6 11.4 3.4 7.6.5 5 4.4 4.6Z',
};
const DOT = 'M6 2A4 4 0 1 1 6 10A4 4 0 1 1 6 2Z';
/** Those that are told by a word beside them where there is room. */
const TOLD = new Set([
  'detected',
  'promoted',
  'fenced',
  'first write',
  'recovered',
  'failback',
  'switchover',
]);

export function shownLanes(model: PageModel, view: View): Lane[] {
  return model.lanes.filter(({ name }) => !view.hidden.has(`node ${name}`));
}

export function drawLanes(model: PageModel, view: View, scale: Scale): SVGElement {
  const lanes = shownLanes(model, view);
  const height = AXIS + lanes.length * LANE;
  const root = svg('svg', {
    width: scale.width,
    height,
    role: 'img',
    'aria-label': 'lanes of the nodes over time',
  });
  root.append(...axis(view, scale, height));
  for (const { from, to, text } of model.still) root.append(band(scale, from, to, height, 'still', text));
  for (const fault of model.faults) {
    const text = `${fault.name}: ${fault.seen ? 'in force' : 'not seen to take effect'} ${time(fault.from)} to ${fault.over ? time(fault.to) : 'the end'}`;
    root.append(band(scale, fault.from, fault.to, height, fault.seen ? 'fault' : 'fault unseen', text));
  }
  lanes.forEach((lane, row) => {
    const top = AXIS + row * LANE;
    root.append(svg('line', { class: 'rule', x1: 0, x2: scale.width, y1: top + LANE, y2: top + LANE }));
    for (const life of lane.lives) {
      const [left, right] = [Math.max(-4, scale.x(life.from)), Math.min(scale.width + 4, scale.x(life.to))];
      if (right < 0 || left > scale.width) continue;
      const word = life.term === undefined ? life.state : `${life.state} · term ${life.term}`;
      const width = Math.max(1, right - left);
      const shade = life.state === 'primary' ? ` term-${(life.term ?? 1) % 4}` : '';
      root.append(
        svg(
          'g',
          { class: `life ${life.state}${shade}` },
          svg('title', {}, `${lane.name}: ${word}, ${time(life.from)} to ${time(life.to)}`),
          svg('rect', { x: left, y: top + BAR_TOP, width, height: BAR, rx: 4 }),
          width > word.length * LETTER + 10 &&
            svg('text', { x: Math.max(left, 0) + 7, y: top + BAR_TOP + 14 }, word),
        ),
      );
    }
    root.append(
      ...marksOf(
        model.marks.filter((mark) => mark.lane === lane.name),
        scale,
        top,
      ),
    );
  });
  faultHeads(model, scale).forEach((head) => {
    root.append(head);
  });
  return root;
}

function band(
  scale: Scale,
  from: number,
  to: number,
  height: number,
  kind: string,
  text: string,
): SVGElement {
  const x = scale.x(from);
  const width = Math.max(2, scale.x(to) - x);
  return svg(
    'g',
    { class: kind },
    svg('title', {}, text),
    svg('rect', { x, y: AXIS, width, height: height - AXIS }),
  );
}

/** The names of faults above their windows, each where it can be read. */
function faultHeads(model: PageModel, scale: Scale): SVGElement[] {
  let free = 0;
  return model.faults.flatMap((fault) => {
    const [left, right] = [scale.x(fault.from), scale.x(fault.to)];
    if (right < 0 || left > scale.width) return [];
    const x = Math.max(0, left);
    const room = Math.max(right, left + 60) - x;
    if (x < free) return [];
    const letters = Math.floor(Math.min(scale.width - x, Math.max(room, 90)) / LETTER);
    const text =
      fault.name.length > letters ? `${fault.name.slice(0, Math.max(1, letters - 1))}…` : fault.name;
    free = x + text.length * LETTER + 8;
    return [svg('text', { class: 'fault-name', x: x + 3, y: AXIS - 5 }, text)];
  });
}

function axis(view: View, scale: Scale, height: number): SVGElement[] {
  return ticks(view, scale.width / 90).flatMap((at) => {
    const x = scale.x(at);
    return [
      svg('line', { class: 'grid', x1: x, x2: x, y1: 2, y2: height }),
      svg('text', { class: 'tick', x: x + 3, y: 12 }, tickText(at, view)),
    ];
  });
}

function marksOf(marks: readonly Mark[], scale: Scale, top: number): SVGElement[] {
  let free = Number.NEGATIVE_INFINITY;
  return marks.flatMap((mark, place) => {
    const x = scale.x(mark.at);
    if (x < -6 || x > scale.width + 6) return [];
    const next = marks.slice(place + 1).find((other) => scale.x(other.at) > x + 8);
    const room = Math.min(scale.width, next ? scale.x(next.at) - 6 : scale.width) - x;
    const isTold = TOLD.has(mark.what) && x > free && room > mark.what.length * LETTER + 14;
    if (isTold) free = x + mark.what.length * LETTER + 16;
    return [
      svg(
        'a',
        { class: 'mark', href: `#event-${mark.index}`, 'aria-label': mark.text },
        svg('title', {}, `${time(mark.at)}  ${mark.text}`),
        svg('path', { transform: `translate(${x - 6} ${top + 3})`, d: SHAPES[mark.what] ?? DOT }),
        isTold && svg('text', { x: x + 10, y: top + 13 }, mark.what),
      ),
    ];
  });
}
