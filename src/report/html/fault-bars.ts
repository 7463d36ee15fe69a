/**
 * The time after each fault, taken apart: detected, failed over part by part, served again, against the bound.
 *
 *     isolate a   |── detect ──|fencing|promoted|first write|··· until recovered ···|        ┆ bound
 */
import type { FaultTimings, Verdict } from '../../checker/verdict.js';
import { parseDuration } from '../../drill/units.js';
import { milliseconds, type TimingName } from '../figures.js';
import { type Content, html } from './markup.js';

const WIDTH = 1000;
const HEIGHT = 30;
/** Parts are told apart by so many shades, over and over. */
const SHADES = 5;

interface Part {
  name: string;
  ms: number;
  shade: string;
}

/** The upper bound in milliseconds of what was expected, `<= 2s`; undefined where it is none. */
export function boundOf(expected: string): number | undefined {
  const [, text] = /^<=?\s*(\S+)$/.exec(expected.trim()) ?? [];
  return text === undefined ? undefined : parseDuration(text);
}

export function faultBars(verdict: Verdict): Content {
  const told = verdict.timings.faults.filter((fault) => partsOf(fault).length > 0);
  if (told.length === 0) return undefined;
  const recover: TimingName = 'recover';
  const finding = verdict.findings.find(({ expectation }) => expectation === recover);
  const bound = finding && boundOf(finding.expected);
  const longest = Math.max(bound ?? 0, ...told.map((fault) => lengthOf(partsOf(fault)))) * 1.04;
  return html`<section aria-labelledby="recovery"><h2 id="recovery">From fault to recovery</h2>${told.map(
    (fault) => bar(fault, longest, bound),
  )}</section>`;
}

function partsOf(fault: FaultTimings): Part[] {
  const parts: Part[] = [];
  if (fault.detect_ms !== null) parts.push({ name: 'detect', ms: fault.detect_ms, shade: 'detect' });
  fault.failover_parts.forEach(({ part, ms }, at) => {
    parts.push({ name: part, ms, shade: `part-${at % SHADES}` });
  });
  const rest = (fault.recover_ms ?? 0) - lengthOf(parts);
  if (rest > 0)
    parts.push({ name: parts.length > 0 ? 'until recovered' : 'recover', ms: rest, shade: 'rest' });
  return parts;
}

function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { ms }) => sum + ms, 0);
}

function bar(fault: FaultTimings, longest: number, bound: number | undefined): Content {
  const parts = partsOf(fault);
  const x = (ms: number) => ((ms / longest) * WIDTH).toFixed(2);
  let from = 0;
  const rects = parts.map(({ name, ms, shade }) => {
    const left = from;
    from += ms;
    return html`<rect class="${shade}" x="${x(left)}" y="6" width="${x(ms)}" height="18" rx="2"><title>${name}: ${milliseconds(ms)}</title></rect>`;
  });
  const limit =
    bound === undefined
      ? undefined
      : html`<line class="bound" x1="${x(bound)}" x2="${x(bound)}" y1="0" y2="${HEIGHT}"/>`;
  const recovered =
    fault.recover_ms === null ? 'never recovered, or nobody can tell' : milliseconds(fault.recover_ms);
  const against = bound === undefined ? '' : `, bound ${milliseconds(bound)}`;
  return html`<figure class="bar"><figcaption><b>${fault.fault}</b> on ${fault.target} <span class="figure">recover ${recovered}${against}</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${fault.fault}: ${parts
    .map(({ name, ms }) => `${name} ${milliseconds(ms)}`)
    .join(', ')}">${rects}${limit}</svg>
<ul class="legend">${parts.map(
    ({ name, ms, shade }) =>
      html`<li><svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect class="${shade}" width="10" height="10" rx="2"/></svg>${name} <b>${milliseconds(ms)}</b></li>`,
  )}</ul></figure>`;
}
