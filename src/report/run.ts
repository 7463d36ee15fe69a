/** One execution of a drill as the reports know it, and how it is made to happen again. */
import type { Finding, Judgement, Verdict } from '../checker/verdict.js';
import type { Addresses } from './addresses.js';
import { oneLine } from './text.js';

export interface ReportedRun {
  /** The drill file as the user named it. */
  file: string;
  /** The folder of this execution, with its history. */
  folder: string;
  verdict: Verdict;
  /** When it began, as its history says: time of day, ISO 8601 in UTC. */
  started?: string;
  /** Where everything is, of a topology that was left as it is. */
  kept?: Addresses;
}

const SAFE_ARGUMENT = /^[\w@%+=:,./][\w@%+=:,./-]*$/;

/** An argument as a POSIX shell must be given it. */
function quoted(argument: string): string {
  const text = argument.startsWith('-') ? `./${argument}` : argument;
  return SAFE_ARGUMENT.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The command that runs this execution again: `drill run drills/split-brain.yaml --seed 7 --runtime process`. */
export function reproduceCommand(run: ReportedRun): string {
  const { seed, runtime } = run.verdict;
  return `drill run ${quoted(oneLine(run.file))} --seed ${seed} --runtime ${quoted(oneLine(runtime))}`;
}

/** The command that tries on local processes what was simulated; undefined where it was not. */
export function realCommand(run: ReportedRun): string | undefined {
  const { verdict } = run;
  if (verdict.runtime !== 'sim') return undefined;
  return reproduceCommand({ ...run, verdict: { ...verdict, runtime: 'process' } });
}

/** The command that tells everything of an execution: `drill report .drill/now/split-brain/7`. */
export function showCommand(folder: string): string {
  return `drill report ${quoted(oneLine(folder))}`;
}

/** Both, each under its name, as lines of a text. */
export function reproduceLines(run: ReportedRun): string[] {
  const real = realCommand(run);
  return [`reproduce: ${reproduceCommand(run)}`, ...(real === undefined ? [] : [`on processes: ${real}`])];
}

/**
 * The findings that were not met, reasons before what follows from them: that a run was interrupted, that a drill was not
 * carried out, or that a fault had no effect is why there is little else to tell. Then `consequences` holds the rest.
 */
export function unmetFindings({ findings }: Verdict): { told: Finding[]; consequences: Finding[] } {
  const rank = ({ verdict, expectation, message }: Finding) => {
    if (verdict === 'fail') return 0;
    if (expectation === 'history complete' && message.includes('interrupted')) return 1;
    return { 'drill carried out': 2, 'faults take effect': 3 }[expectation] ?? 4;
  };
  const unmet = findings
    .filter(({ verdict }) => verdict !== 'pass')
    .sort((left, right) => rank(left) - rank(right));
  const isCutShort = unmet.some((finding) => rank(finding) === 1 || rank(finding) === 2);
  const told = unmet.filter((finding) => !isCutShort || rank(finding) < 4);
  return { told, consequences: unmet.filter((finding) => !told.includes(finding)) };
}

/** The word for a verdict, told apart without colour. */
export function mark(judgement: Judgement): string {
  return judgement === 'fail' ? 'FAIL' : judgement;
}

/** How many indexes of events are written out; the rest are in verdict.json. */
const MOST_EVIDENCE = 40;

/** `events 12, 41`: where in history.jsonl a finding has its evidence. */
export function evidenceText({ evidence }: Pick<Finding, 'evidence'>): string {
  if (evidence.length === 0) return 'no event';
  const rest = evidence.length - MOST_EVIDENCE;
  const shown = evidence.slice(0, MOST_EVIDENCE).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
  return `event${evidence.length === 1 ? '' : 's'} ${shown}`;
}
