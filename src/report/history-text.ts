/**
 * One run told as plain text: what happened when, which fault held from when to when, who was primary, what
 * the clients got, and what the checkers found.
 *
 *     Timeline
 *       2013.4 ms  fault-1 (isolate a (drop)) is in force
 *       2419.0 ms  supervisor-2 declared a failed (term 1)
 *     Faults
 *       fault-1 (isolate a (drop)): in force from 2013.4 ms to 7013.0 ms (4999.6 ms)
 */
import { impactText } from '../checker/impact.js';
import type { Finding, Verdict } from '../checker/verdict.js';
import { type Event, instantOf, type Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import { operationsOf } from '../history/operations.js';
import { claimsOf } from '../timeline/claims.js';
import { byGroup, FINAL, requestsOf } from '../timeline/client-operations.js';
import { faultsOf } from '../timeline/faults.js';
import { Outages } from '../timeline/outages.js';
import { loadWindow } from '../timeline/phases.js';
import { milliseconds } from './figures.js';
import { advance, isOperation, liveState, plainLine } from './live.js';
import { evidenceText, mark } from './run.js';
import { headingText } from './story.js';
import { indented, oneLine } from './text.js';
import { nameOfFault } from './words.js';

/** The text of a run; ends with a line feed. Without a verdict, no findings. */
export function historyText(history: History, verdict?: Verdict): string {
  const impacts = (verdict?.timings.faults ?? []).map(
    ({ fault, impact }) => `${oneLine(fault)}: ${impactText(impact)}`,
  );
  const sections = [
    heading(history),
    section('Timeline', timeline(history.events)),
    section('Faults', faultWindows(history)),
    section('Primaries', primaries(history)),
    section('Clients', clients(history)),
    section('Impact', impacts),
    section('Findings', (verdict?.findings ?? []).map(findingText)),
    verdict ? headingText(verdict) : '',
  ];
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

function at(time: Nanoseconds): string {
  return milliseconds(time / 1e6);
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

function heading({ run, flaws }: History): string {
  const lines = run
    ? [
        oneLine(
          `${run.drill.name} on ${run.runtime}, seed ${run.seed}, execution ${run.execution}, ${run.started}`,
        ),
        ...(run.drill.about?.trim() ? [indented(run.drill.about.trim(), '  ')] : []),
      ]
    : ['a history without its first line: what was run is not known'];
  return [...lines, ...flaws.map((flaw) => `not whole: ${oneLine(flaw)}`)].join('\n');
}

/** Every notable event, in the order in which things happened rather than became known. */
function timeline(events: readonly Event[]): string[] {
  let state = liveState();
  const told: { at: Nanoseconds; line: string }[] = [];
  for (const event of events) {
    if (isOperation(event)) continue;
    const line = plainLine(event, undefined, state);
    state = advance(state, event);
    if (line !== undefined) told.push({ at: instantOf(event), line });
  }
  return told.sort((a, b) => a.at - b.at).map(({ line }) => line);
}

function faultWindows(history: History): string[] {
  return faultsOf(history).map(({ event, effective, healed, parts, looks }) => {
    const name = nameOfFault(event);
    if (effective === undefined) return `${name}: not seen to take effect`;
    const ends = parts.flatMap(({ seen }) =>
      seen?.witnessed ? [`; for ${oneLine(seen.targets?.join(', ') ?? '')} to ${at(instantOf(seen))}`] : [],
    );
    const lapses = looks.flatMap(({ witnessed, time }) =>
      witnessed ? [] : [`; not seen to last until ${at(time)}`],
    );
    const rest = [...ends, ...lapses].join('');
    if (!healed?.witnessed) return `${name}: in force from ${at(effective)}, never healed${rest}`;
    const to = instantOf(healed);
    return `${name}: in force from ${at(effective)} to ${at(to)} (${at(to - effective)})${rest}`;
  });
}

/** Who held itself to be primary from when to when, as the checkers have it. */
function primaries(history: History): string[] {
  return claimsOf(history).map(({ node, term, from, to }) => {
    const inTerm = term === undefined ? '' : ` in term ${term}`;
    return `${oneLine(node)}${inTerm}: ${at(from)} to ${at(to)}`;
  });
}

function clients(history: History): string[] {
  const window = loadWindow(history);
  return [...byGroup(operationsOf(history).operations)].map(([name, operations]) => {
    const counts = (['ok', 'fail', 'info'] as const).map(
      (type) => `${operations.filter((operation) => operation.type === type).length} ${type}`,
    );
    const ends = operations.flatMap(({ type, end }) => (type === 'ok' ? [end] : []));
    const head = `${oneLine(name)}: ${counts.join(', ')}`;
    if (ends.length === 0) return `${head}; nothing was acknowledged`;
    const [first, last] = [
      ends.reduce((one, other) => Math.min(one, other)),
      ends.reduce((one, other) => Math.max(one, other)),
    ];
    const acknowledged = `${head}; first ok ${at(first)}, last ok ${at(last)}`;
    if (window === undefined || name === FINAL) return acknowledged;
    const { of, from, to, length } = new Outages(requestsOf(history, operations)).longest(window);
    return `${acknowledged}; longest without${of === undefined ? '' : ` ${of}s`} ${at(length)} (${at(from)} to ${at(to)})`;
  });
}

function findingText(finding: Finding): string {
  const { expectation, expected, actual, message, cause, verdict } = finding;
  const title = oneLine(`${mark(verdict)} ${expectation}: expected ${expected}, found ${actual}`);
  if (verdict === 'pass') return title;
  const detail = message.trim() ? [indented(message.trim(), '    ')] : [];
  const likely = cause === undefined ? [] : [`    likely cause: ${oneLine(cause)}`];
  return [title, ...detail, ...likely, `    ${evidenceText(finding)}`].join('\n');
}
