/** The figures that a reader looks for first, large, each with the bound that the drill sets. */
import type { Judgement, Verdict } from '../../checker/verdict.js';
import { milliseconds, seconds, type TimingName, timingOf } from '../figures.js';
import { glyph, WORDS } from './document.js';
import { type Content, html } from './markup.js';

const TIMES: readonly TimingName[] = ['detect', 'failover', 'recover', 'outage', 'failback'];
const COUNTS = ['lost_writes', 'double_primary_intervals'] as const;
const NAMES: Readonly<Record<string, string>> = {
  lost_writes: 'lost writes',
  double_primary_intervals: 'double primaries',
};

export function tiles(verdict: Verdict): Content {
  const times = TIMES.flatMap((name) => {
    const ms = timingOf(verdict, name);
    return ms === null ? [] : [tile(verdict, name, ms >= 10_000 ? seconds(ms) : milliseconds(ms), name)];
  });
  const counts = COUNTS.map((name) =>
    tile(verdict, NAMES[name]!, `${verdict.counts[name]}`, name.replace('primary_intervals', 'primaries')),
  );
  const { ok, fail, info } = verdict.counts;
  const served = html`<li><span class="name">operations</span><b>${ok + fail + info}</b><span class="bound">${ok} ok, ${fail} fail, ${info} in doubt</span></li>`;
  return html`<ul class="tiles">${times}${counts}${served}</ul>`;
}

/** Without a finding of the same name it is a figure that nothing was expected of. */
function tile(verdict: Verdict, name: string, figure: string, expectation: string): Content {
  const finding = verdict.findings.find((one) => one.expectation === expectation);
  const judgement: Judgement | undefined = finding?.verdict;
  return html`<li class="${judgement ?? 'unbound'}"><span class="name">${name}</span><b>${figure}</b><span class="bound">${
    judgement === undefined ? 'no bound' : [glyph(judgement), WORDS[judgement], ', ', finding?.expected]
  }</span></li>`;
}
