/** The pages as text and as data: what they say is what the verdict says, and what others wrote stays text. */
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeHistory } from '../../../src/history/codec.js';
import { callPage } from '../../../src/report/html/call-page.js';
import { escaped, html } from '../../../src/report/html/markup.js';
import { pageModel } from '../../../src/report/html/model.js';
import { sentenceOf } from '../../../src/report/html/page.js';
import type { PageModel } from '../../../src/report/html/page-model.js';
import { claimsOf } from '../../../src/timeline/claims.js';
import { livesOf } from '../../../src/timeline/lives.js';
import { Building } from '../../checker/build.js';
import { finding, verdictOf } from '../samples.js';
import { HOSTILE, judgedOf, KINDS, pageOf } from './pages.js';

/** What the page's script unpacks. */
function dataOf(page: string): PageModel {
  const [, text = ''] = /<script type="text\/plain" id="data">([^<]*)</.exec(page) ?? [];
  return JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString('utf8')) as PageModel;
}

const sum = (counts: readonly number[]) => counts.reduce((all, one) => all + one, 0);

describe('the page of an execution', () => {
  it.each(KINDS)('says of a %s one what its verdict says', (kind) => {
    const { html: page, judged } = pageOf(kind);
    const { verdict } = judged;
    expect(page).toContain(escaped(sentenceOf(verdict)));
    for (const { expectation, expected, actual } of verdict.findings)
      for (const text of [expectation, expected, actual]) expect(page).toContain(escaped(text));
    const { groups, durability } = dataOf(page);
    const clients = groups.filter(({ name }) => name !== 'final');
    for (const type of ['ok', 'fail', 'info'] as const)
      expect(sum(clients.flatMap(({ buckets }) => buckets[type]))).toBe(verdict.counts[type]);
    expect(durability.counts.lost).toBe(verdict.counts.lost_writes);
  });

  it('draws primaries as the checkers have them', () => {
    const { history, drill, verdict } = judgedOf('failing');
    const { lanes } = pageModel({ history, drill, verdict, logs: [] });
    const primaries = lanes.flatMap(({ name, lives }) =>
      lives.flatMap(({ state, from, to, term }) => (state === 'primary' ? [{ name, from, to, term }] : [])),
    );
    const claims = claimsOf(history).map(({ node, from, to, term }) => ({
      name: node,
      from: from / 1e6,
      to: to / 1e6,
      term,
    }));
    expect(claims.length).toBeGreaterThan(1);
    expect(primaries.sort((one, other) => one.from - other.from)).toEqual(claims);
  });

  it('lets in its own style and script, and nothing else', () => {
    const { html: page } = pageOf('passing');
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    expect(policy).toContain('default-src &#39;none&#39;');
    expect(policy).toMatch(/script-src &#39;sha256-[\w+/=]+&#39;;/);
    expect(policy).not.toContain('unsafe');
    expect(page).not.toMatch(/\sstyle="|\son\w+="/);
  });

  it('counts every operation, and draws no more of them than can be told apart', { timeout: 120_000 }, () => {
    const built = new Building({ expect: { lost_writes: 0 } })
      .phase(0, 'steps')
      .role(0, 'a', 'primary', { term: 1 });
    for (let at = 0; at < 60_000; at++)
      built.write(10 + at / 2, at, { key: `k${at % 50}`, took: 1 + (at % 7), process: at });
    built.fault(9_000, { kind: 'pause', targets: ['a'] });
    const history = built.history();
    const { drill, verdict } = judgedOf('passing');
    const model = pageModel({ history, drill, verdict, logs: [] });
    const [group] = model.groups;
    expect(group?.total).toBe(60_000);
    expect(sum(group?.buckets.ok ?? [])).toBe(60_000);
    expect(group?.points.begin.length).toBeLessThanOrEqual(40_000);
    expect(group?.points.begin.length).toBeGreaterThan(20_000);
  });
});

describe('the lives of nodes', () => {
  it('follow from their own words, claims, kills and pauses, without a gap', () => {
    const built = new Building()
      .node(0, 'b', 'starting')
      .node(50, 'b', 'running')
      .role(60, 'b', 'standby', { source: 'log' });
    built.role(100, 'b', 'primary', { term: 2, source: 'log' });
    const pause = built.fault(500, { kind: 'pause', targets: ['b'] });
    built.heal(700, pause);
    built.fault(1000, { kind: 'kill', targets: ['b'] });
    built.at(1500, { type: 'phase', phase: 'down' });
    const lives = livesOf(built.history()).get('b')!;
    const told = lives.map(({ state, from, to }) => [state, from / 1e6, to / 1e6]);
    expect(told.slice(0, 6)).toEqual([
      ['starting', 0, 50],
      ['up', 50, 60],
      ['standby', 60, 100],
      ['primary', 100, 500],
      ['paused', 500, 700],
      ['primary', 700, 1000],
    ]);
    expect(told[6]?.slice(0, 2)).toEqual(['down', 1000]);
    expect(lives.slice(1).map(({ from }) => from)).toEqual(lives.slice(0, -1).map(({ to }) => to));
  });
});

describe('markup', () => {
  it.each(HOSTILE)('has %j as text alone', (text) => {
    expect(html`<p title="${text}">${text}</p>`.text).toMatch(/^<p title="[^"<>]*">[^<>]*<\/p>$/);
  });

  it('puts in markup as it is, and leaves out what there is not', () => {
    expect(html`<ul>${[html`<li>${1}</li>`, undefined, false]}</ul>`.text).toBe('<ul><li>1</li></ul>');
  });
});

describe('the page of a call', () => {
  const run = (name: string, execution: number, verdict: ReturnType<typeof verdictOf>) => ({
    file: `drills/${name}.yaml`,
    folder: `/out/${name}/${execution}`,
    verdict: { ...verdict, drill: name, execution },
  });

  it('has failures first, a dot for each execution, and a link to each', () => {
    const pass = verdictOf([finding('recover', 'pass')]);
    const fail = verdictOf([finding('recover', 'fail')]);
    const page = callPage('/out', [run('calm', 1, pass), run('wild', 1, pass), run('wild', 2, fail)]);
    expect(page.indexOf('wild')).toBeLessThan(page.indexOf('calm'));
    expect(page).toContain('href="./wild/2/report.html"');
    expect(page.indexOf('./wild/2/')).toBeLessThan(page.indexOf('./wild/1/'));
    expect(page.match(/<circle class="(pass|fail)"[^>]*><title>execution \d: 508/g)).toHaveLength(3);
    expect(page).not.toContain('<script');
    expect(page).toContain('2 pass');
  });

  it('has a hostile name as text, in its links too', () => {
    const page = callPage('/out', [run('a"><script>', 1, verdictOf([finding('recover', 'pass')]))]);
    expect(page).not.toContain('<script');
    expect(page).toContain('./a%22%3E%3Cscript%3E/1/report.html');
  });
});

it('a history that says nothing at all has a page', () => {
  const history = decodeHistory('');
  const { drill, verdict } = judgedOf('cut short');
  expect(pageModel({ history, drill, verdict, logs: [] }).lanes).toEqual([]);
});
