/**
 * The verdict in the terminal: each figure against its bound, then what was not met and why, then one line
 * that says it all.
 *
 *     figure            bound      measured
 *     recover           <= 2500ms  508.3 ms   pass
 *     double_primaries  0          1          FAIL
 *
 *     FAIL double_primaries: expected 0, found 1
 *       a and b were both primary ...
 *       events 12, 41 of .drill/x/split-brain/1/history.jsonl
 *
 *     reproduce: drill run drills/split-brain.yaml --seed 123 --runtime process
 *
 *     split-brain: FAIL (seed 123, process, 14.2 s)
 */
import picocolors from 'picocolors';
import type { Finding, Judgement } from '../checker/verdict.js';
import { figureRows, seconds } from './figures.js';
import { evidenceText, mark, type ReportedRun, reproduceCommand } from './run.js';
import { columnsOf, fitted, indented, oneLine, padded } from './text.js';

export interface TableOptions {
  colors: boolean;
  /** How wide the terminal is; 100 columns where it is not known. */
  columns?: number;
}

type Colors = ReturnType<typeof picocolors.createColors>;

const NARROWEST_MEASURE = 16;
const WIDEST_BOUND = 40;

/** The text shown at the end of a run; ends with a line feed. */
export function verdictTable(run: ReportedRun, options: TableOptions): string {
  const colors = picocolors.createColors(options.colors);
  const unmet = run.verdict.findings.filter((finding) => finding.verdict !== 'pass');
  const parts = [
    figuresTable(run, colors, options.columns ?? 100),
    ...unmet.map((finding) => unmetText(run, finding, colors)),
    unmet.length > 0 ? colors.dim(`reproduce: ${reproduceCommand(run)}`) : '',
    closingLine(run, colors),
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

/** `split-brain: pass (seed 123, process, 14.2 s)` */
function closingLine({ verdict }: ReportedRun, colors: Colors): string {
  const facts = `seed ${verdict.seed}, ${oneLine(verdict.runtime)}, ${seconds(verdict.duration_ms)}`;
  return `${colors.bold(oneLine(verdict.drill))}: ${colored(verdict.verdict, colors)} (${facts})`;
}

function colored(judgement: Judgement, colors: Colors): string {
  const color = { pass: colors.green, fail: colors.red, inconclusive: colors.yellow }[judgement];
  return color(mark(judgement));
}

function figuresTable({ verdict }: ReportedRun, colors: Colors, columns: number): string {
  const rows = figureRows(verdict);
  if (rows.length === 0) return '';
  const widest = (texts: readonly string[]) => Math.max(...texts.map(columnsOf));
  const figureWidth = Math.min(WIDEST_BOUND, widest(['figure', ...rows.map((row) => row.figure)]));
  const boundWidth = Math.min(WIDEST_BOUND, widest(['bound', ...rows.map((row) => row.bound)]));
  const room = columns - figureWidth - boundWidth - 'inconclusive'.length - 3 * 2;
  const measureWidth = Math.min(
    Math.max(NARROWEST_MEASURE, room),
    widest(['measured', ...rows.map((row) => row.measured)]),
  );
  const line = (figure: string, bound: string, measured: string) =>
    [
      padded(fitted(figure, figureWidth), figureWidth),
      padded(fitted(bound, boundWidth), boundWidth),
      padded(fitted(measured, measureWidth), measureWidth),
    ].join('  ');
  return [
    colors.dim(line('figure', 'bound', 'measured').trimEnd()),
    ...rows.map((row) => {
      const cells = line(row.figure, row.bound, row.measured);
      return row.verdict ? `${cells}  ${colored(row.verdict, colors)}` : cells.trimEnd();
    }),
  ].join('\n');
}

function unmetText(run: ReportedRun, finding: Finding, colors: Colors): string {
  const title = `${colored(finding.verdict, colors)} ${colors.bold(oneLine(finding.expectation))}`;
  return [
    `${title}: expected ${oneLine(finding.expected)}, found ${oneLine(finding.actual)}`,
    ...(finding.message.trim() ? [indented(finding.message.trim(), '  ')] : []),
    colors.dim(`  ${evidenceText(finding)} of ${oneLine(run.folder)}/history.jsonl`),
  ].join('\n');
}
