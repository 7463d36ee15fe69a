/**
 * summary.md: what a CI job shows beside its log. Every drill with its verdict, its figures against their
 * bounds, what failed and why, what followed upon its faults, and the command that makes it happen again. Repeats are condensed to the
 * median and the worst.
 */
import { inventoryLines } from '../checker/inventory.js';
import type { Finding, Judgement, Verdict } from '../checker/verdict.js';
import {
  figureRows,
  isTiming,
  median,
  milliseconds,
  seconds,
  type TimingName,
  timingOf,
  unboundTimings,
} from './figures.js';
import { mermaidTimeline } from './mermaid.js';
import { evidenceText, mark, type ReportedRun, realCommand, reproduceCommand, unmetFindings } from './run.js';
import { markdownBlock, markdownText, shortened } from './text.js';

/** GitHub refuses a job summary over 1 MiB; the drills beyond this many bytes are left to their own reports. */
const MOST_BYTES = 900_000;
const MOST_FAULTS_SHOWN = 5;
const MOST_MESSAGE = 2000;

export function summaryMarkdown(runs: readonly ReportedRun[]): string {
  const groups = grouped(runs);
  const all = runs.length === 0 ? 'none was run' : tally(runs.map((run) => run.verdict.verdict));
  const parts = [`## Failover drills: ${all}`, overview(groups)];
  let bytes = Buffer.byteLength(parts.join('\n\n'));
  let left = 0;
  for (const group of groups) {
    const part = section(group);
    bytes += Buffer.byteLength(part) + 2;
    if (bytes > MOST_BYTES) left += 1;
    else parts.push(part);
  }
  if (left > 0) parts.push(`The details of ${left} more drills are left off; they are in the run folder.`);
  return `${parts.join('\n\n')}\n`;
}

/** The executions of each drill together: same file, same drill, same runtime. Never empty. */
type Group = readonly [ReportedRun, ...ReportedRun[]];

function grouped(runs: readonly ReportedRun[]): Group[] {
  const groups = new Map<string, [ReportedRun, ...ReportedRun[]]>();
  for (const run of runs) {
    const key = JSON.stringify([run.file, run.verdict.drill, run.verdict.runtime]);
    const group = groups.get(key);
    if (group) group.push(run);
    else groups.set(key, [run]);
  }
  return [...groups.values()];
}

/** `19 pass, 1 FAIL`, or the one word where all agree. */
function tally(verdicts: readonly Judgement[]): string {
  const counts = (['pass', 'fail', 'inconclusive'] as const)
    .map((judgement) => ({ judgement, count: verdicts.filter((verdict) => verdict === judgement).length }))
    .filter(({ count }) => count > 0);
  if (verdicts.length === 1 && counts[0]) return mark(counts[0].judgement);
  return counts.map(({ judgement, count }) => `${count} ${mark(judgement)}`).join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function overview(groups: readonly Group[]): string {
  const rows = groups.map((group) => {
    const [{ file, verdict }] = group;
    const duration = median(group.map((run) => run.verdict.duration_ms));
    return [
      markdownText(verdict.drill),
      tally(group.map((run) => run.verdict.verdict)),
      markdownText(verdict.runtime),
      seconds(duration),
      markdownText(file),
    ];
  });
  return table(['Drill', 'Verdict', 'Runtime', 'Time', 'File'], rows);
}

function section(group: Group): string {
  const [first] = group;
  const parts = [
    `### ${markdownText(first.verdict.drill)}: ${tally(group.map((run) => run.verdict.verdict))}`,
  ];
  if (first.verdict.about.trim()) parts.push(markdownText(first.verdict.about));
  parts.push(group.length === 1 ? figures(first.verdict) : condensed(group));
  const unmet = group.flatMap((run) => {
    const { told, consequences } = unmetFindings(run.verdict);
    return [...told, ...consequences].map((finding) => unmetText(run, finding, group.length > 1));
  });
  parts.push(...unmet.slice(0, MOST_FAULTS_SHOWN));
  const rest = unmet.length - MOST_FAULTS_SHOWN;
  if (rest > 0) parts.push(`${rest} more unmet expectations are in the verdict.json of each execution.`);
  const telling = group.find((run) => run.verdict.verdict !== 'pass') ?? first;
  const timeline = mermaidTimeline(telling.verdict);
  if (timeline !== undefined) parts.push(markdownBlock(timeline, 'mermaid'));
  const { inventory } = telling.verdict;
  if (inventory) parts.push(`Inventory: ${inventoryLines(inventory).map(markdownText).join('; ')}`);
  const real = realCommand(telling);
  const commands = [reproduceCommand(telling), ...(real === undefined ? [] : [`# on processes:`, real])];
  parts.push(`Reproduce:\n\n${markdownBlock(commands.join('\n'), 'sh')}`);
  return parts.join('\n\n');
}

function figures(verdict: Verdict): string {
  const rows = figureRows(verdict).map((row) => [
    markdownText(row.figure),
    markdownText(row.bound),
    markdownText(row.measured),
    row.verdict ? mark(row.verdict) : '',
  ]);
  return table(['Figure', 'Bound', 'Measured', 'Verdict'], rows);
}

/** One row for each figure over all executions. */
function condensed(group: Group): string {
  const rows = new Map<string, string[]>();
  for (const { verdict } of group) {
    for (const { expectation, expected } of verdict.findings) {
      const key = JSON.stringify([expectation, expected]);
      if (!rows.has(key)) rows.set(key, findingRow(group, expectation, expected));
    }
    for (const name of unboundTimings(verdict)) {
      if (!rows.has(name)) rows.set(name, [name, '', ...medianAndWorst(group, name), '']);
    }
  }
  return table(['Figure', 'Bound', 'Median', 'Worst', 'Verdict'], [...rows.values()]);
}

function findingRow(group: Group, expectation: string, expected: string): string[] {
  const findings = group.flatMap((run) =>
    run.verdict.findings.filter((found) => found.expectation === expectation && found.expected === expected),
  );
  const measured = isTiming(expectation) ? medianAndWorst(group, expectation) : ['', worstActual(findings)];
  return [
    markdownText(expectation),
    markdownText(expected),
    ...measured,
    tally(findings.map((finding) => finding.verdict)),
  ];
}

function medianAndWorst(group: Group, name: TimingName): [string, string] {
  const values = group.map((run) => timingOf(run.verdict, name)).filter((ms) => ms !== null);
  if (values.length === 0) return ['', ''];
  return [milliseconds(median(values)), milliseconds(Math.max(...values))];
}

/** What was found where an expectation was not met, else where it was. */
function worstActual(findings: readonly Finding[]): string {
  const worst =
    findings.find(({ verdict }) => verdict === 'fail') ??
    findings.find(({ verdict }) => verdict === 'inconclusive') ??
    findings[0];
  return worst ? markdownText(worst.actual) : '';
}

function unmetText(run: ReportedRun, finding: Finding, repeated: boolean): string {
  const where = repeated ? ` (execution ${run.verdict.execution}, seed ${run.verdict.seed})` : '';
  const title = `**${mark(finding.verdict)}: ${markdownText(finding.expectation)}**${where}: expected ${markdownText(finding.expected)}, found ${markdownText(finding.actual)}`;
  const cause = finding.cause === undefined ? [] : [`Likely cause: ${markdownText(finding.cause)}`];
  const source = `Evidence: ${evidenceText(finding)} of ${markdownText(run.folder)}/history.jsonl`;
  return [title, markdownBlock(shortened(finding.message, MOST_MESSAGE)), ...cause, source].join('\n\n');
}
