/** Elements, made with text and attributes alone: nothing that is shown is ever read as markup. */

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;
type Child = Node | string | number | undefined | false;

function filled<Made extends Element>(made: Made, attributes: Attributes, children: readonly Child[]): Made {
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : String(value));
  for (const child of children)
    if (child !== undefined && child !== false) made.append(child instanceof Node ? child : String(child));
  return made;
}

export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  return filled(document.createElement(tag), attributes, children);
}

export function svg(tag: string, attributes: Attributes = {}, ...children: readonly Child[]): SVGElement {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

/** A table with a row of heads, each cell a text or an element. */
export function table(heads: readonly string[], rows: Iterable<readonly Child[]>): HTMLElement {
  const body = el('tbody');
  for (const [first, ...cells] of rows)
    body.append(el('tr', {}, el('th', { scope: 'row' }, first), ...cells.map((cell) => el('td', {}, cell))));
  const head = el('thead', {}, el('tr', {}, ...heads.map((text) => el('th', { scope: 'col' }, text))));
  return el(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': heads.join(', ') },
    el('table', {}, head, body),
  );
}

/** `2413.0 ms`, or seconds where they are many. */
export function time(ms: number): string {
  return ms >= 100_000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(1)} ms`;
}
