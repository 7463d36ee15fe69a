/**
 * The judge: from a history to a verdict, and from nothing else. The same history always gives the same verdict,
 * key by key, whether it is judged as the run ends or years later.
 */

import { named, type Parts } from '../drill/parts.js';
import { type Drill, decodeRecorded } from '../drill/schema.js';
import { EnvironmentError, messageOf } from '../errors.js';
import { eventsOf } from '../history/by-type.js';
import { LANGUAGE } from '../history/event.js';
import type { History } from '../history/history.js';
import { isWhole } from '../history/operations.js';
import { type LostGround, lostGround } from '../timeline/lost-ground.js';
import { toMs } from '../timeline/milliseconds.js';
import { lastInstant } from '../timeline/phases.js';
import { unsoundFaults } from '../timeline/soundness.js';
import { worstStallMs } from '../timeline/stillness.js';
import { groupFigures } from './availability.js';
import { withCause } from './causes.js';
import type { Expectation } from './expectation.js';
import { countsOf, timingsOf } from './figures.js';
import { everyRun } from './integrity.js';
import { inventoryOf } from './inventory.js';
import { type FaultTimings, type Finding, judgementOf, type Verdict } from './verdict.js';

export interface JudgingParts extends Parts {
  readonly expectations: Readonly<Record<string, Expectation>>;
}

/** A history with the drill by which it was judged. */
export interface Judged {
  history: History;
  drill: Drill;
  verdict: Verdict;
}

/** The verdict on a history: what the drill in its first event expects, and what every run must show. */
export function judge(history: History, parts: JudgingParts): Verdict {
  return judgedWith(history, parts).verdict;
}

/** The same, for those who tell more of the history than its verdict. */
export function judgedWith(history: History, parts: JudgingParts): Judged {
  const { run } = history;
  const { drill, problem } = drillOf(history, parts);
  const lost = lostGround(history);
  const seen = lost?.seen ?? history;
  const [toxiproxy] = eventsOf(history, 'toxiproxy');
  const timings = timingsOf(seen, drill);
  const findings = findingsOf(history, drill, { lost, parts, faults: timings.faults });
  if (problem !== undefined) findings.unshift(problem);
  const verdict: Verdict = {
    drill: drill.name,
    about: drill.about,
    runtime: run?.runtime ?? 'unknown',
    seed: run?.seed ?? 0,
    execution: run?.execution ?? 1,
    verdict: judgementOf(findings),
    duration_ms: toMs(lastInstant(history)),
    toxiproxy: toxiproxy ? { server: toxiproxy.server, version: toxiproxy.version } : null,
    inventory: inventoryOf(history),
    worst_stall_ms: worstStallMs(history),
    timings,
    counts: countsOf(seen),
    groups: groupFigures(seen, drill),
    findings,
  };
  return { history, drill, verdict };
}

/** What stands in for a drill that is not there or cannot be read: it expects nothing. */
const NO_DRILL = { name: 'unknown', topology: { nodes: {} } };

function drillOf({ run }: History, parts: JudgingParts): { drill: Drill; problem?: Finding } {
  try {
    if (run === undefined) throw new EnvironmentError('the history does not begin with its drill');
    const { drill, language = 1 } = run;
    if (language > LANGUAGE)
      throw new EnvironmentError({
        expected: `a drill in the language of version ${LANGUAGE} or earlier`,
        found: `one of version ${language}`,
        todo: 'judge it with the failover-drill that made it, or a later one',
      });
    return { drill: decodeRecorded(drill, parts) };
  } catch (error) {
    return { drill: decodeRecorded(NO_DRILL, parts), problem: unreadable(messageOf(error)) };
  }
}

function unreadable(message: string): Finding {
  return {
    checker: 'integrity',
    expectation: 'drill readable',
    expected: 'a drill in the first event',
    actual: 'none',
    verdict: 'inconclusive',
    evidence: [],
    message,
  };
}

/** What findings are made with besides. */
interface Judging {
  lost: LostGround | undefined;
  parts: JudgingParts;
  faults: readonly FaultTimings[];
}

function findingsOf(history: History, drill: Drill, { lost, parts, faults }: Judging): Finding[] {
  const seen = lost?.seen ?? history;
  const lacking = lost?.reason ?? (isWhole(history) ? undefined : NOT_WHOLE);
  // Nothing passes where what was asked for, such as a blip of 150 ms, was not what happened.
  const length = unsoundFaults(history, drill).find(({ kind }) => kind === 'length')?.reason;
  const model = named(parts.workloads, drill.workload.type)?.model;
  const findings: Finding[] = [];
  for (const [name, limit] of expected(history, drill)) {
    const part = named(parts.expectations, name);
    const finding = part ? findingOf(part, () => part.judge(limit, seen, drill, model)) : unknownTo(name);
    // A failure that is proven by what is there stays one; nothing passes on a part of the evidence.
    if (lacking !== undefined && finding.verdict !== 'fail') findings.push(doubted(finding, lacking));
    else if (length !== undefined && finding.verdict === 'pass') findings.push(doubted(finding, length));
    else findings.push(withCause(finding, seen, drill, faults));
  }
  return [...findings, ...everyRun(history, drill)];
}

/** What the drill expects, in the order of the drill file as the history has it. */
function expected(history: History, drill: Drill): [string, unknown][] {
  const order = Object.keys(history.run?.drill.expect ?? {});
  return order
    .map((name): [string, unknown] => [name, drill.expect[name]])
    .filter(([, limit]) => limit !== undefined);
}

/** What a part says, which may be anybody's: what is no finding of its own expectation is none, and passes nothing. */
function findingOf(part: Expectation, judged: () => Finding): Finding {
  const broken = (found: string): Finding => ({
    ...NOBODY,
    evidence: [],
    expectation: part.name,
    expected: 'a finding',
    message: `the expectation \`${part.name}\` could not be judged: expected a finding, found ${found}`,
  });
  try {
    const finding: Partial<Finding> = judged() ?? {};
    const { verdict, evidence, message, expected, actual } = finding;
    const isFinding =
      ['pass', 'fail', 'inconclusive'].includes(String(verdict)) &&
      Array.isArray(evidence) &&
      [message, expected, actual].every((text) => typeof text === 'string');
    return isFinding ? { ...(finding as Finding), expectation: part.name } : broken(JSON.stringify(finding));
  } catch (error) {
    return broken(messageOf(error));
  }
}

const NOBODY = { checker: 'judge', actual: 'unknown', verdict: 'inconclusive', evidence: [] } as const;

function unknownTo(expectation: string): Finding {
  const message = `\`${expectation}\` came from a plug-in that is not here; name it with --plugin`;
  return { ...NOBODY, evidence: [], expectation, expected: 'an expectation that is known here', message };
}

const NOT_WHOLE = 'the history is not whole; in what there is of it';

function doubted(finding: Finding, doubt: string): Finding {
  return { ...finding, verdict: 'inconclusive', message: `${doubt}: ${finding.message}` };
}
