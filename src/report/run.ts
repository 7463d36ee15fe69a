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

/**
 * The findings that were not met, the reason of others before them: that a drill was not carried out, or a fault had no
 * effect, is why there is little else to tell.
 */
export function unmetFindings({ findings }: Verdict): Finding[] {
  const rank = ({ verdict, expectation }: Finding) => {
    if (verdict === 'fail') return 0;
    return { 'drill carried out': 1, 'faults take effect': 2 }[expectation] ?? 3;
  };
  return findings.filter(({ verdict }) => verdict !== 'pass').sort((left, right) => rank(left) - rank(right));
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
