/**
 * JUnit XML, for CI servers: one suite for each execution of a drill, one case for each expectation.
 *
 *     <testsuite name="process.drills.split-brain" timestamp="2026-01-01T00:00:00" time="14.2" tests="2" ...>
 *       <properties><property name="fault-1.recover_ms" value="508.3"/>...</properties>
 *       <testcase classname="process.drills.split-brain" name="recover: &lt;= 2500ms" time="0.508"/>
 *       <testcase classname="process.drills.split-brain" name="double_primaries: 0" time="0"><failure ...>
 *
 * CI servers know a case again by its class name and name, over builds and over the files of one build, and keep one of
 * several that are equal. So both follow from what is run alone (runtime, file, expectation, number of the execution),
 * never from how it went or from its seed.
 */

import type { Builder, TestCase, TestSuite } from 'junit-report-builder';
import junitReportBuilder from 'junit-report-builder';
import type { Finding } from '../checker/verdict.js';
import { flatFigures, isTiming, timingOf } from './figures.js';
import { evidenceText, type ReportedRun, reproduceCommand, reproduceLines } from './run.js';
import { oneLine, shortened, xmlText } from './text.js';

// The package is CommonJS whose export is the builder itself; its types say that it has a `default`.
const junit = junitReportBuilder as unknown as Builder;

/** Characters of a message; the whole of it is in verdict.json. */
const MOST_MESSAGE = 20_000;

export function junitXml(runs: readonly ReportedRun[]): string {
  const report = junit.newBuilder().name('failover-drill');
  const names = new Names();
  for (const run of runs) addSuite(report, run, names);
  // The library gives the root a `skipped` that the schema knows on suites only.
  return `${report.build().replace(/(<testsuites\b[^>]*?) skipped="\d+"/, '$1')}\n`;
}

/** Names that were given out; one that is asked for again gets a number. */
class Names {
  readonly #given = new Map<string, number>();

  once(name: string, within = ''): string {
    const key = JSON.stringify([within, name]);
    const times = (this.#given.get(key) ?? 0) + 1;
    this.#given.set(key, times);
    return times === 1 ? name : this.once(`${name} (${times})`, within);
  }
}

/**
 * `process.drills.split-brain` for drills/split-brain.yaml. What stands behind the last dot is the file's name, by
 * which some CI servers find the file. A run that is told from its folder alone goes by its drill's name.
 */
function classNameOf({ file, folder, verdict }: ReportedRun): string {
  const path = file.startsWith(`${folder}/`)
    ? verdict.drill
    : file.replace(/^.*\bnode_modules\/|\.ya?ml$/g, '');
  const parts = oneLine(path)
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..');
  return line([verdict.runtime, ...parts].map((part) => part.replaceAll('.', '_')).join('.'));
}

/** The first execution goes without a number, so that its cases stay the same when there are more. */
function numbered({ verdict: { execution } }: ReportedRun): string {
  return execution === 1 ? '' : ` (execution ${execution})`;
}

function addSuite(report: Builder, run: ReportedRun, names: Names): void {
  const { verdict, started } = run;
  const className = classNameOf(run);
  // Jenkins drops a suite that has the name and the timestamp of another one in the same build.
  const suite = report
    .testSuite()
    .name(names.once(`${className}${numbered(run)}`))
    .time(wholeMilliseconds(verdict.duration_ms));
  // In UTC and without a zone, as the schemas of this format have it.
  if (started !== undefined) suite.timestamp(started.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length));
  addProperties(suite, run);
  for (const finding of verdict.findings) addCase(suite, run, finding, { className, names });
  // A suite without cases is not looked at.
  if (verdict.findings.length === 0) addCase(suite, run, NOTHING_JUDGED, { className, names });
}

const NOTHING_JUDGED: Finding = {
  checker: 'verdict',
  expectation: 'verdict',
  expected: 'at least one finding',
  actual: 'none',
  verdict: 'inconclusive',
  evidence: [],
  message: 'Nothing was judged, so nothing was shown.',
};

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
function addCase(
  suite: TestSuite,
  run: ReportedRun,
  finding: Finding,
  { className, names }: { className: string; names: Names },
): void {
  const { verdict } = run;
  const name = line(`${finding.expectation}: ${finding.expected}${numbered(run)}`);
  const ms = isTiming(finding.expectation) ? timingOf(verdict, finding.expectation) : null;
  const testCase = suite
    .testCase()
    .className(className)
    .name(names.once(name, className))
    .time(wholeMilliseconds(ms ?? 0));
  if (finding.verdict !== 'pass') addFault(testCase, run, finding);
}

/** GitLab and dorny/test-reporter show the content alone, the others the message first: each says what was found. */
function addFault(testCase: TestCase, run: ReportedRun, finding: Finding): void {
  const summary = line(`expected ${finding.expected}, found ${finding.actual}`);
  const lines = [
    `${oneLine(finding.expectation)}: ${summary}`,
    shortened(finding.message, MOST_MESSAGE),
    ...(finding.cause === undefined ? [] : [`likely cause: ${finding.cause}`]),
    '',
    `checker: ${finding.checker}`,
    `evidence: ${evidenceText(finding)} of ${run.folder}/history.jsonl`,
    ...reproduceLines(run),
  ];
  // The library guards only the first end of a CDATA section; here each is taken apart.
  const content = xmlText(lines.join('\n')).replaceAll(']]>', ']] >');
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
