/**
 * The page of an execution: one file, which asks nobody for anything. What it says of the verdict and its figures is there
 * without its script; the script draws the rest from the data, which is compressed.
 */
import { gzipSync } from 'node:zlib';
import { stringify } from 'yaml';
import { inventoryLines } from '../../checker/inventory.js';
import type { Finding, Judgement, Verdict } from '../../checker/verdict.js';
import { figureRows, seconds } from '../figures.js';
import { reproduceLines, unmetFindings } from '../run.js';
import { oneLine } from '../text.js';
import { documentOf, glyph, WORDS } from './document.js';
import { idsOf } from './evidence.js';
import { faultBars } from './fault-bars.js';
import { type Content, html } from './markup.js';
import { pageModel, type Told } from './model.js';
import { tiles } from './tiles.js';

const MOST_LINKS = 40;

/** `file` is the drill file as the user named it. */
export function executionPage(told: Told, file: string): string {
  const { verdict, history } = told;
  const { run } = history;
  const data = gzipSync(JSON.stringify(pageModel(told))).toString('base64');
  const meta = [
    verdict.runtime,
    `seed ${verdict.seed}`,
    `execution ${verdict.execution}`,
    run?.started,
    seconds(verdict.duration_ms),
  ];
  return documentOf({
    title: `${oneLine(verdict.drill)}: ${WORDS[verdict.verdict]}`,
    data,
    body: html`<header><p class="verdict ${verdict.verdict}">${glyph(verdict.verdict)}${WORDS[verdict.verdict]}</p>
<h1>${verdict.drill}</h1>
<p class="sentence">${sentenceOf(verdict)}</p>
${verdict.about.trim() !== '' && html`<p class="about">${verdict.about}</p>`}
<p class="meta">${meta.filter((text) => text !== undefined).map((text) => html`<span>${text}</span>`)}</p></header>
<main>
${tiles(verdict)}
${figureTable(verdict)}
${faultBars(verdict)}
<section aria-labelledby="timeline"><h2 id="timeline">Timeline</h2><div id="stage"><p class="note">The time axis is drawn by the page's script, from the data in this file.</p></div></section>
<section aria-labelledby="findings"><h2 id="findings">Evidence</h2>${findings(verdict)}</section>
<section id="rest"></section>
${about(told, file)}
</main>`,
  });
}

/** The verdict in one sentence. */
export function sentenceOf(verdict: Verdict): string {
  const all = verdict.findings.length;
  const { told } = unmetFindings(verdict);
  const named = (findings: readonly Finding[]) =>
    findings
      .slice(0, 3)
      .map(({ expectation, actual, expected }) => `${expectation} (expected ${expected}, found ${actual})`)
      .join('; ') + (findings.length > 3 ? `; and ${findings.length - 3} more` : '');
  switch (verdict.verdict) {
    case 'pass':
      return `Everything that was expected held: ${all} of ${all} findings.`;
    case 'fail': {
      const failed = told.filter((finding) => finding.verdict === 'fail');
      return `${failed.length} of ${all} findings failed: ${named(failed)}.`;
    }
    case 'inconclusive':
      return `Nobody can tell whether it held: ${all === 0 ? 'nothing was judged' : named(told)}.`;
  }
}

function figureTable(verdict: Verdict): Content {
  const ids = idsOf(verdict);
  return html`<section aria-labelledby="figures"><h2 id="figures">Figures against bounds</h2><div class="scroll"><table><thead><tr><th scope="col">figure</th><th scope="col">expected</th><th scope="col">found</th><th scope="col">verdict</th></tr></thead><tbody>${figureRows(
    verdict,
  ).map(
    (row, at) =>
      html`<tr><th scope="row">${ids[at] === undefined ? row.figure : html`<a href="#${ids[at]}">${row.figure}</a>`}</th><td>${row.bound}</td><td>${row.measured}</td><td>${
        row.verdict &&
        html`<span class="word ${row.verdict}">${glyph(row.verdict)}${WORDS[row.verdict]}</span>`
      }</td></tr>`,
  )}</tbody></table></div></section>`;
}

/** Those that were not met first, and open. */
function findings(verdict: Verdict): Content {
  const ids = idsOf(verdict);
  const rank: Record<Judgement, number> = { fail: 0, inconclusive: 1, pass: 2 };
  const all = verdict.findings.map((finding, at) => ({ finding, id: ids[at]! }));
  all.sort((one, other) => rank[one.finding.verdict] - rank[other.finding.verdict]);
  const cards = (isPass: boolean) =>
    all
      .filter(({ finding }) => (finding.verdict === 'pass') === isPass)
      .map(({ finding, id }) => card(finding, id));
  const [unmet, passed] = [cards(false), cards(true)];
  if (unmet.length === 0 || passed.length === 0) return [...unmet, ...passed];
  return [
    unmet,
    html`<details class="passed"><summary>${passed.length} that passed</summary>${passed}</details>`,
  ];
}

function card(finding: Finding, id: string): Content {
  const { verdict, expectation, expected, actual, message, evidence } = finding;
  const links = evidence.slice(0, MOST_LINKS).map((index) => html`<a href="#event-${index}">${index}</a> `);
  const more = evidence.length - links.length;
  return html`<details class="card ${verdict}" id="${id}" ${verdict !== 'pass' && html`open`}><summary><span class="word ${verdict}">${glyph(verdict)}${WORDS[verdict]}</span> <b>${expectation}</b> <span class="figure">expected ${expected}, found ${actual}</span></summary>
<pre>${message}</pre>${links.length > 0 && html`<p class="events">events ${links}${more > 0 && `and ${more} more`}</p>`}<div class="drawing"></div></details>`;
}

function about({ history, verdict }: Told, file: string): Content {
  const { inventory, toxiproxy } = verdict;
  const { run, flaws } = history;
  const command = reproduceLines({ file, folder: '', verdict });
  const rows: [string, Content][] = [
    ['drill file', file],
    ['seed', verdict.seed],
    ['runtime', verdict.runtime],
    ['failover-drill', run?.tool ?? 'unknown'],
    ...(toxiproxy
      ? ([['Toxiproxy', `${toxiproxy.server} ${toxiproxy.version}`]] as [string, Content][])
      : []),
    ['began', run?.started ?? 'unknown'],
    ...flaws.map((flaw): [string, Content] => ['not whole', flaw]),
  ];
  return html`<section aria-labelledby="about"><h2 id="about">About this execution</h2><dl>${rows.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl><h3>Again</h3><pre>${command.join('\n')}</pre>${
    inventory !== null &&
    html`<h3>Inventory</h3><pre>${[...inventoryLines(inventory), ...(inventory.leaked.length > 0 ? [`left behind: ${inventory.leaked.join(', ')}`] : [])].join('\n')}</pre>`
  }${run && html`<details><summary>The drill as it was carried out</summary><pre>${stringify(run.drill)}</pre></details>`}</section>`;
}
