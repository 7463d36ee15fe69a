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
import { type FigureRow, figureRows, seconds } from './figures.js';
import { evidenceText, mark, type ReportedRun, reproduceLines, unmetFindings } from './run.js';
import { columnsOf, indented, oneLine, padded, wrapped } from './text.js';

interface TableOptions {
  colors: boolean;
  /** How wide the terminal is; 100 columns where it is not known. */
  columns?: number;
}

type Colors = ReturnType<typeof picocolors.createColors>;

/** The word of a verdict at its longest. */
const WIDEST_MARK = 'inconclusive'.length;
const GAP = '  ';
/** Narrower cells are no longer easy to read: then each figure is a few lines of its own. */
const NARROWEST_CELL = 14;

/** The text shown at the end of a run; ends with a line feed. */
export function verdictTable(run: ReportedRun, options: TableOptions): string {
  const colors = picocolors.createColors(options.colors);
  const { told, consequences } = unmetFindings(run.verdict);
  const parts = [
    figuresTable(run, colors, options.columns ?? 100),
    ...told.map((finding) => unmetText(run, finding, colors)),
    consequences.map((finding) => unmetTitle(finding, colors)).join('\n'),
    told.length > 0 ? reproduceLines(run).map(colors.dim).join('\n') : '',
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

/** Every figure in full: where a cell does not fit, it goes on in the next line. */
function figuresTable({ verdict }: ReportedRun, colors: Colors, columns: number): string {
  const rows = figureRows(verdict);
  if (rows.length === 0) return '';
  const widest = (texts: readonly string[]) => Math.max(...texts.map(columnsOf));
  const natural = [
    widest(['figure', ...rows.map((row) => row.figure)]),
    widest(['bound', ...rows.map((row) => row.bound)]),
    widest(['measured', ...rows.map((row) => row.measured)]),
  ];
  const room = columns - WIDEST_MARK - GAP.length * natural.length;
  const widths = shared(natural, room);
  if (widths === undefined) return rows.map((row) => stackedRow(row, colors, columns)).join('\n');
  const line = (cells: readonly string[]) => cells.map((cell, at) => padded(cell, widths[at]!)).join(GAP);
  return [
    colors.dim(line(['figure', 'bound', 'measured']).trimEnd()),
    ...rows.flatMap((row) => {
      const cells = [row.figure, row.bound, row.measured].map((text, at) => wrapped(text, widths[at]!));
      const height = Math.max(...cells.map(({ length }) => length));
      return Array.from({ length: height }, (_, at) => {
        const text = line(cells.map((lines) => lines[at] ?? ''));
        return row.verdict && at === 0 ? `${text}${GAP}${colored(row.verdict, colors)}` : text.trimEnd();
      });
    }),
  ].join('\n');
}

/** The widths of the columns: what they want where that is there, else the widest give; undefined where that is no use. */
function shared(natural: readonly number[], room: number): number[] | undefined {
  const widths = [...natural];
  for (let over = widths.reduce((sum, width) => sum + width, 0) - room; over > 0; over--) {
    const at = widths.indexOf(Math.max(...widths));
    widths[at]! -= 1;
    if (widths[at]! < NARROWEST_CELL) return undefined;
  }
  return widths;
}

function stackedRow(
  { figure, bound, measured, verdict }: FigureRow,
  colors: Colors,
  columns: number,
): string {
  const below = (label: string, text: string) =>
    text === '' ? [] : wrapped(`${label} ${text}`, columns - GAP.length).map((line) => `${GAP}${line}`);
  const word = verdict ? GAP.length + WIDEST_MARK : 0;
  const [first = '', ...more] = wrapped(figure, columns - word);
  const head = verdict ? `${first}${GAP}${colored(verdict, colors)}` : first;
  return [head, ...more, ...below('bound', bound), ...below('measured', measured)].join('\n');
}

function unmetTitle(finding: Finding, colors: Colors): string {
  const title = `${colored(finding.verdict, colors)} ${colors.bold(oneLine(finding.expectation))}`;
  return `${title}: expected ${oneLine(finding.expected)}, found ${oneLine(finding.actual)}`;
}

function unmetText(run: ReportedRun, finding: Finding, colors: Colors): string {
  return [
    unmetTitle(finding, colors),
    ...(finding.message.trim() ? [indented(finding.message.trim(), '  ')] : []),
    colors.dim(`  ${evidenceText(finding)} of ${oneLine(run.folder)}/history.jsonl`),
  ].join('\n');
}
