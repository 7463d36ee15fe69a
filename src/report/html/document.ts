/** What the pages have in common: a document with its style, its script and its data in it, and nothing else let in. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Judgement } from '../../checker/verdict.js';
import { html, Markup } from './markup.js';

/** Status is told by a word and a shape, not by colour alone. */
export const WORDS: Readonly<Record<Judgement, string>> = {
  pass: 'pass',
  fail: 'FAIL',
  inconclusive: 'inconclusive',
};

const SHAPES: Readonly<Record<Judgement, string>> = {
  pass: 'M3 8.5 6.5 12 13 4.5',
  fail: 'M4 4l8 8M12 4l-8 8',
  inconclusive: 'M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M8 12.6v.2',
};

export function glyph(judgement: Judgement): Markup {
  return html`<svg class="glyph" viewBox="0 0 16 16" aria-hidden="true"><path d="${SHAPES[judgement]}"/></svg>`;
}

export interface Page {
  title: string;
  body: Markup;
  /** The data of the page's script, gzip in base64; without it, the page has none. */
  data?: string;
}

export function documentOf({ title, body, data }: Page): string {
  const style = assetOf('page.css');
  const script = data === undefined ? undefined : assetOf('browser.js');
  const policy = [
    "default-src 'none'",
    `style-src ${sha256(style)}`,
    ...(script === undefined ? [] : [`script-src ${sha256(script)}`]),
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">
<title>${title}</title><link rel="icon" href="data:,"><style>${new Markup(style)}</style></head>
<body>${body}
${data !== undefined && html`<script type="text/plain" id="data">${new Markup(data)}</script><script>${new Markup(script ?? '')}</script>`}</body></html>
`.text;
}

function sha256(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

const assets = new Map<string, string>();

/** A file that the build has put beside the program. */
function assetOf(name: string): string {
  let text = assets.get(name);
  if (text === undefined) {
    text = readFileSync(new URL(`../../../dist/report/html/${name}`, import.meta.url), 'utf8').trim();
    assets.set(name, text);
  }
  return text;
}
