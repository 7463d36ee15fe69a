/**
 * JUnit XML, for CI servers: one suite for each execution of a drill, one case for each expectation.
 *
 *     <testsuite name="split-brain (process, seed 7)" time="14.2" tests="2" failures="1" errors="0">
 *       <properties><property name="fault-1.recover_ms" value="508.3"/>...</properties>
 *       <testcase classname="split-brain" name="recover: &lt;= 2500ms" time="0.508"/>
 *       <testcase classname="split-brain" name="double_primaries: 0" time="0"><failure ...>
 */

import type { Builder, TestCase, TestSuite } from 'junit-report-builder';
import junitReportBuilder from 'junit-report-builder';
import type { Finding } from '../checker/verdict.js';
import { flatFigures, isTiming, timingOf } from './figures.js';
import { evidenceText, type ReportedRun, reproduceCommand } from './run.js';
import { oneLine, shortened, xmlText } from './text.js';

// The package is CommonJS whose export is the builder itself; its types say that it has a `default`.
const junit = junitReportBuilder as unknown as Builder;

/** Characters of a message; the whole of it is in verdict.json. */
const MOST_MESSAGE = 20_000;

/** The text of junit.xml. */
export function junitXml(runs: readonly ReportedRun[]): string {
  const report = junit.newBuilder().name('failover-drill');
  for (const run of runs) addSuite(report, run);
  // The library gives the root a `skipped` that the schema knows on suites only.
  return `${report.build().replace(/(<testsuites\b[^>]*?) skipped="\d+"/, '$1')}\n`;
}

function addSuite(report: Builder, run: ReportedRun): void {
  const { verdict } = run;
  const suite = report
    .testSuite()
    .name(line(`${verdict.drill} (${verdict.runtime}, seed ${verdict.seed}, execution ${verdict.execution})`))
    .time(wholeMilliseconds(verdict.duration_ms));
  addProperties(suite, run);
  const seen = new Map<string, number>();
  for (const finding of verdict.findings) addCase(suite, run, finding, seen);
}

function addProperties(suite: TestSuite, run: ReportedRun): void {
  const { verdict } = run;
  const facts: [string, string][] = [
    ['verdict', verdict.verdict],
    ['drill', verdict.drill],
    ['about', verdict.about],
    ['file', run.file],
    ['folder', run.folder],
    ['runtime', verdict.runtime],
    ['seed', String(verdict.seed)],
    ['execution', String(verdict.execution)],
    ['reproduce', reproduceCommand(run)],
  ];
  if (verdict.toxiproxy)
    facts.push(['toxiproxy', `${verdict.toxiproxy.server} ${verdict.toxiproxy.version}`]);
  for (const { name, value } of flatFigures(verdict)) facts.push([name, value]);
  for (const [name, value] of facts) suite.property(line(name), line(value));
}

/** A case's time is the time that its expectation is about, so that a CI server's trend shows it; else 0. */
function addCase(suite: TestSuite, run: ReportedRun, finding: Finding, seen: Map<string, number>): void {
  const { verdict } = run;
  const name = line(`${finding.expectation}: ${finding.expected}`);
  const times = (seen.get(name) ?? 0) + 1;
  seen.set(name, times);
  const ms = isTiming(finding.expectation) ? timingOf(verdict, finding.expectation) : null;
  const testCase = suite
    .testCase()
    .className(line(verdict.drill))
    .name(times === 1 ? name : `${name} (${times})`)
    .time(wholeMilliseconds(ms ?? 0));
  if (finding.verdict !== 'pass') addFault(testCase, run, finding);
}

function addFault(testCase: TestCase, run: ReportedRun, finding: Finding): void {
  const summary = line(`expected ${finding.expected}, found ${finding.actual}`);
  const content = cdata(
    [
      shortened(finding.message, MOST_MESSAGE),
      '',
      `checker: ${finding.checker}`,
      `evidence: ${evidenceText(finding)} of ${run.folder}/history.jsonl`,
      `reproduce: ${reproduceCommand(run)}`,
    ].join('\n'),
  );
  if (finding.verdict === 'fail') testCase.failure(summary, line(finding.checker)).stacktrace(content);
  else testCase.error(summary, line(finding.checker), content);
}

/** Seconds with three digits at most: the schema allows no more. */
function wholeMilliseconds(ms: number): number {
  return Math.round(ms) / 1000;
}

function line(text: string): string {
  return xmlText(oneLine(text));
}

/** The library guards only the first end of a CDATA section; here each is taken apart. */
function cdata(text: string): string {
  return xmlText(text).replaceAll(']]>', ']] >');
}
