/**
 * The page of a whole call: each drill with a strip of dots for each figure, one dot for each execution, against the bound.
 * It needs no script.
 */
import { relative, sep } from 'node:path';
import { type Judgement, judgementOf, type Verdict } from '../../checker/verdict.js';
import { median, milliseconds, type TimingName, timingOf } from '../figures.js';
import type { ReportedRun } from '../run.js';
import { oneLine } from '../text.js';
import { documentOf, glyph, WORDS } from './document.js';
import { boundOf } from './fault-bars.js';
import { type Content, html } from './markup.js';
import { sentenceOf } from './page.js';

const FIGURES: readonly TimingName[] = ['detect', 'failover', 'recover', 'outage', 'failback', 'resync'];
const RANK: Readonly<Record<Judgement, number>> = { fail: 0, inconclusive: 1, pass: 2 };
const WIDTH = 400;
const HEIGHT = 24;
const MARGIN = 8;

/** `out` is the folder that the page is for: its links lead from there. */
export function callPage(out: string, runs: readonly ReportedRun[]): string {
  const groups = new Map<string, ReportedRun[]>();
  for (const run of runs) {
    const name = `${run.verdict.drill}\n${run.verdict.runtime}`;
    groups.set(name, [...(groups.get(name) ?? []), run]);
  }
  const judged = [...groups.values()].map((own) => ({
    own: own.toSorted((one, other) => RANK[one.verdict.verdict] - RANK[other.verdict.verdict]),
    verdict: judgementOf(own.map((run) => run.verdict)),
  }));
  judged.sort((one, other) => RANK[one.verdict] - RANK[other.verdict]);
  const verdict = judgementOf(runs.map((run) => run.verdict));
  const count = (judgement: Judgement) => runs.filter((run) => run.verdict.verdict === judgement).length;
  const counts = (['fail', 'inconclusive', 'pass'] as const)
    .filter((judgement) => count(judgement) > 0)
    .map((judgement) => `${count(judgement)} ${WORDS[judgement]}`);
  return documentOf({
    title: `Failover drills: ${counts.join(', ')}`,
    body: html`<header><p class="verdict ${verdict}">${glyph(verdict)}${WORDS[verdict]}</p><h1>Failover drills</h1>
<p class="sentence">${runs.length} ${runs.length === 1 ? 'execution' : 'executions'} of ${groups.size} ${groups.size === 1 ? 'drill' : 'drills'}: ${counts.join(', ')}.</p></header>
<main>${judged.map((group) => section(out, group.own, group.verdict))}</main>`,
  });
}

function section(out: string, runs: readonly ReportedRun[], verdict: Judgement): Content {
  const { drill, about, runtime } = runs[0]!.verdict;
  const strips = FIGURES.flatMap((figure) => strip(runs, figure) ?? []);
  return html`<section class="drill"><h2><span class="word ${verdict}">${glyph(verdict)}${WORDS[verdict]}</span> ${drill} <span class="figure">${runtime}</span></h2>
${about.trim() !== '' && html`<p class="about">${about}</p>`}
${strips.length > 0 && html`<div class="scroll"><table class="strips"><thead><tr><th scope="col">figure</th><th scope="col">each execution</th><th scope="col">median</th><th scope="col">least to most</th><th scope="col">bound</th></tr></thead><tbody>${strips}</tbody></table></div>`}
<details ${(runs.length <= 8 || verdict !== 'pass') && html`open`}><summary>${runs.length} ${runs.length === 1 ? 'execution' : 'executions'}</summary><ul class="runs">${runs.map((run) => row(out, run))}</ul></details></section>`;
}

function row(out: string, run: ReportedRun): Content {
  const { verdict } = run;
  const path = relative(out, run.folder).split(sep).map(encodeURIComponent).join('/');
  return html`<li><span class="word ${verdict.verdict}">${glyph(verdict.verdict)}${WORDS[verdict.verdict]}</span> <a href="${path === '' ? '.' : `./${path}`}/report.html">${oneLine(verdict.drill)} ${verdict.execution}</a> <span class="figure">seed ${verdict.seed}</span> ${verdict.verdict !== 'pass' && sentenceOf(verdict)}</li>`;
}

function strip(runs: readonly ReportedRun[], figure: TimingName): Content {
  const measured = runs.flatMap(({ verdict }) => {
    const ms = timingOf(verdict, figure);
    return ms === null ? [] : [{ ms, verdict }];
  });
  if (measured.length === 0) return undefined;
  const values = measured.map(({ ms }) => ms);
  const finding = measured[0]!.verdict.findings.find(({ expectation }) => expectation === figure);
  const bound = finding && boundOf(finding.expected);
  const least = values.reduce((one, other) => Math.min(one, other));
  const most = values.reduce((one, other) => Math.max(one, other));
  const reach = Math.max(most, bound ?? 0, 1);
  const x = (ms: number) => (MARGIN + (ms / reach) * (WIDTH - 2 * MARGIN)).toFixed(1);
  const middle = median(values);
  const judged = ({ findings }: Verdict) =>
    findings.find(({ expectation }) => expectation === figure)?.verdict ?? 'unbound';
  const dots = measured.map(
    ({ ms, verdict }) =>
      html`<circle class="${judged(verdict)}" cx="${x(ms)}" cy="${HEIGHT / 2}" r="4"><title>execution ${verdict.execution}: ${milliseconds(ms)}</title></circle>`,
  );
  const limit =
    bound !== undefined &&
    html`<line class="bound" x1="${x(bound)}" x2="${x(bound)}" y1="1" y2="${HEIGHT - 1}"/>`;
  return html`<tr><th scope="row">${figure}</th><td><svg class="strip" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${figure} of ${values.length} executions"><line class="axis" x1="${MARGIN}" x2="${WIDTH - MARGIN}" y1="${HEIGHT / 2}" y2="${HEIGHT / 2}"/><line class="median" x1="${x(middle)}" x2="${x(middle)}" y1="3" y2="${HEIGHT - 3}"/>${dots}${limit}</svg></td><td>${milliseconds(middle)}</td><td>${milliseconds(least)} to ${milliseconds(most)}</td><td>${finding?.expected ?? ''}</td></tr>`;
}
