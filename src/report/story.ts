/**
 * The story of an execution: the verdict, what was not met and why, what was, what followed upon the faults, what became
 * of the data, what proves it, and the commands that run it again and show the rest. At most 15 lines of 80 columns.
 *
 *     no-quorum: FAIL (seed 1, sim, 4.3 s)
 *     FAIL double_primaries: expected 0, found 1
 *       a (term 1) and b (term 4) were both primary for 1551.4 ms, from 2698.4 ms to ...
 *       likely cause: the drill has no quorum, no fencing, no lease
 *     met   recover 661.0 ms (<= 4s)
 *     chain a cut off from everyone (drop) at 2010.0 ms > declared +643.3 ms > ... > recovered +661.0 ms
 *     data  192 writes acknowledged, 16 seen lost, 3 in doubt
 *     proof 1 of 1 faults witnessed, history intact, all steps completed, no leftovers
 *     again drill run drills/no-quorum.yaml --seed 1 --runtime sim
 *     show  drill report .drill/now/no-quorum/1
 */
import picocolors from 'picocolors';
import { isOfEveryRun } from '../checker/integrity.js';
import type { Finding, Judgement, Verdict } from '../checker/verdict.js';
import { chainTexts } from './chain.js';
import { milliseconds, seconds, timingOf, unboundTimings } from './figures.js';
import { mark, type ReportedRun, realCommand, reproduceCommand, showCommand, unmetFindings } from './run.js';
import { columnsOf, glued, NO_BREAK, oneLine, padded, plainText, wrapped } from './text.js';

interface StoryOptions {
  colors: boolean;
  /** How wide the terminal is; more than 80 columns are not used. */
  columns?: number;
  /** Whether everything is told that was not met, in as many lines as that takes: for a log. */
  whole?: boolean;
}

/** Of a run whose drill file or folder is not at hand, the commands are left out. */
export type Told = Pick<ReportedRun, 'verdict'> & Partial<ReportedRun>;

type Colors = ReturnType<typeof picocolors.createColors>;

const WIDEST = 80;
const MOST_LINES = 15;
/** Narrower ones have the text begin right behind its label. */
const NARROW = 60;
const LABEL = 6;
const INDENT = '  ';

/** How much is told. */
interface Measure {
  /** Of how many findings that were not met the details, each in how many lines. */
  told: number;
  message: number;
  /** In how many lines each list. */
  lines: number;
  /** The chains of how many faults, the failback for one. */
  chains: number;
  /** Whether figures without a limit are. */
  besides: boolean;
}

const WHOLE: Measure = {
  told: Number.POSITIVE_INFINITY,
  message: 12,
  lines: Number.POSITIVE_INFINITY,
  chains: Number.POSITIVE_INFINITY,
  besides: true,
};

const MEASURES: readonly Measure[] = [
  { told: 3, message: 8, lines: 9, chains: 9, besides: true },
  { told: 3, message: 4, lines: 9, chains: 9, besides: true },
  { told: 3, message: 2, lines: 4, chains: 4, besides: true },
  { told: 3, message: 2, lines: 3, chains: 3, besides: false },
  { told: 3, message: 1, lines: 2, chains: 2, besides: false },
  { told: 2, message: 1, lines: 2, chains: 2, besides: false },
  { told: 2, message: 1, lines: 1, chains: 1, besides: false },
  { told: 1, message: 1, lines: 1, chains: 1, besides: false },
];

/** The text shown at the end of a run; ends with a line feed. */
export function storyText(run: Told, options: StoryOptions): string {
  const width = Math.min(WIDEST, options.columns ?? WIDEST);
  const most = Math.ceil((MOST_LINES * WIDEST) / width);
  const colors = picocolors.createColors(options.colors);
  let lines: string[] = [];
  for (const measure of options.whole ? [WHOLE] : MEASURES) {
    lines = linesOf(run, { width, colors, measure });
    if (lines.length <= most) break;
  }
  return `${lines.join('\n').replaceAll(NO_BREAK, ' ')}\n`;
}

interface Page {
  width: number;
  colors: Colors;
  measure: Measure;
}

function linesOf(run: Told, page: Page): string[] {
  const { verdict } = run;
  const { measure, colors } = page;
  const { told, consequences } = unmetFindings(verdict);
  const detailed = told.slice(0, measure.told);
  const met = verdict.findings.filter((finding) => finding.verdict === 'pass');
  const besides = unboundTimings(verdict).map(
    (name) => `${name} ${milliseconds(timingOf(verdict, name) ?? Number.NaN)}`,
  );
  const chains = chainTexts(verdict);
  const rest = chains.length - measure.chains;
  return [
    ...wrapped(headingText(verdict), page.width).map((line) => colored(line, verdict.verdict, colors)),
    ...detailed.flatMap((finding) => unmetLines(finding, page)),
    ...listLines('also', [...told.slice(detailed.length), ...consequences].map(unmetText), page),
    ...listLines('met', met.filter((finding) => !isOfEveryRun(finding)).map(metText), page),
    ...(measure.besides ? listLines('more', besides, page) : []),
    ...chains.slice(0, measure.chains).flatMap((chain) => entryLines('chain', chain, page)),
    ...(rest > 0 ? entryLines('', `and ${rest} more`, page) : []),
    ...entryLines('data', dataText(verdict), page),
    ...listLines(
      'proof',
      met.filter(isOfEveryRun).map(({ actual }) => oneLine(actual)),
      page,
    ),
    ...commandLines(run, page),
  ];
}

/** The first word of a judgement in a line, in its colour. */
function colored(line: string, judgement: Judgement, { green, red, yellow }: Colors): string {
  const color = { pass: green, fail: red, inconclusive: yellow }[judgement];
  return line.replace(mark(judgement), (word) => color(word));
}

function unmetLines(finding: Finding, { width, colors, measure }: Page): string[] {
  const { expectation, expected, actual, message, cause, verdict } = finding;
  const inner = width - INDENT.length;
  const title = oneLine(`${mark(verdict)} ${expectation}: expected ${expected}, found ${actual}`);
  const [first = '', ...others] = wrapped(title, inner);
  const told = plainText(message)
    .split('\n')
    .flatMap((line) => (line.trim() === '' ? [] : wrapped(line.trim().replaceAll('\t', ' '), inner)));
  const shown = told.slice(0, measure.message);
  if (told.length > shown.length) shown.push(`${wrapped(shown.pop() ?? '', inner - 2)[0]} …`);
  const causes = cause === undefined ? [] : wrapped(`likely cause: ${oneLine(cause)}`, inner);
  return [
    colored(first, verdict, colors),
    ...[...others, ...shown, ...causes].map((line) => `${INDENT}${line}`),
  ];
}

/** A text behind its label, its further lines below its beginning. */
function entryLines(label: string, text: string, { width, colors }: Page): string[] {
  if (text === '') return [];
  const isNarrow = width < NARROW;
  const indent = isNarrow ? INDENT : ' '.repeat(LABEL);
  const [first = '', ...others] = wrapped(isNarrow ? `${label} ${text}` : text, width - indent.length);
  const begun = isNarrow ? first : `${padded(label, LABEL)}${first}`;
  return [begun.replace(label, (word) => colors.dim(word)), ...others.map((line) => `${indent}${line}`)];
}

/** As many of the texts as there is room for, each of them whole, and how many there are besides. */
function listLines(label: string, texts: readonly string[], page: Page): string[] {
  for (let shown = texts.length; ; shown--) {
    const rest = texts.length - shown;
    const told = [...texts.slice(0, shown), ...(rest > 0 ? [`and ${rest} more`] : [])];
    const whole = told.map((text) => (columnsOf(text) < page.width - LABEL ? glued(text) : text));
    const lines = entryLines(label, whole.join(', '), page);
    if (shown <= 1 || lines.length <= page.measure.lines) return lines;
  }
}

function commandLines({ file, folder, verdict }: Told, page: Page): string[] {
  const lines: string[] = [];
  if (file !== undefined) {
    const run = { file, folder: folder ?? '', verdict };
    lines.push(...commandLine('again', reproduceCommand(run), page));
    const real = verdict.verdict === 'pass' ? undefined : realCommand(run);
    if (real !== undefined) lines.push(...commandLine('real', real, page));
  }
  if (folder !== undefined) lines.push(...commandLine('show', showCommand(folder), page));
  return lines;
}

/** A command can be copied as it stands: it is broken before an option, as a shell takes it, and is never cut. */
function commandLine(label: string, command: string, { width, colors }: Page): string[] {
  const [first = '', ...options] = command.split(/ (?=--)/);
  const lines = [first];
  for (const option of options) {
    const longer = `${lines.at(-1)} ${option}`;
    // The backslash needs two columns.
    if (LABEL + columnsOf(longer) + 2 <= width) lines[lines.length - 1] = longer;
    else lines.push(option);
  }
  const begun = colors.dim(label) + ' '.repeat(LABEL - label.length);
  return lines.map((line, at) => {
    const end = at < lines.length - 1 ? ' \\' : '';
    return `${at === 0 ? begun : ' '.repeat(LABEL)}${line}${end}`;
  });
}

/** `split-brain: pass (seed 123, process, 14.2 s)` */
export function headingText({ drill, verdict, seed, runtime, duration_ms }: Verdict): string {
  return oneLine(`${drill}: ${mark(verdict)} (seed ${seed}, ${runtime}, ${seconds(duration_ms)})`);
}

function unmetText({ verdict, expectation, expected, actual }: Finding): string {
  return oneLine(`${mark(verdict)} ${expectation} ${actual} (expected ${expected})`);
}

function metText({ expectation, expected, actual }: Finding): string {
  return oneLine(expected === actual ? `${expectation} ${actual}` : `${expectation} ${actual} (${expected})`);
}

/** What was seen to be lost: that nothing was is a finding, and needs the final reads. */
function dataText({ counts }: Verdict): string {
  const { acked_writes, lost_writes, phantom_writes, stale_reads, info } = counts;
  const more = [
    [phantom_writes, 'phantom'],
    [stale_reads, 'stale reads'],
    [info, 'in doubt'],
  ] as const;
  const told = more.flatMap(([count, what]) => (count > 0 ? [`, ${glued(`${count} ${what}`)}`] : []));
  return `${acked_writes} writes acknowledged, ${lost_writes} seen lost${told.join('')}`;
}
