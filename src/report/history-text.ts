/**
 * One run told as plain text: what happened when, which fault held from when to when, who was primary, what
 * the clients got, and what the checkers found.
 *
 *     Timeline
 *       2013.4 ms  fault-1 partition isolate a (drop) is in force
 *       2419.0 ms  supervisor-2 declared a failed (term 1)
 *     Faults
 *       fault-1 partition isolate a (drop): in force from 2013.4 ms to 7013.0 ms (4999.6 ms)
 */
import { impactText } from '../checker/impact.js';
import type { Finding, Verdict } from '../checker/verdict.js';
import { type Event, type EventOf, instantOf, type Nanoseconds } from '../history/event.js';
import type { History } from '../history/history.js';
import { milliseconds, seconds } from './figures.js';
import { advance, isOperation, liveState, plainLine } from './live.js';
import { evidenceText, mark } from './run.js';
import { indented, oneLine } from './text.js';
import { nameOfFault } from './words.js';

/** The text of a run; ends with a line feed. Without a verdict, no findings. */
export function historyText(history: History, verdict?: Verdict): string {
  const end = history.events.at(-1)?.time ?? 0;
  const sections = [
    heading(history),
    section('Timeline', timeline(history.events)),
    section('Faults', faultWindows(history.events)),
    section('Primaries', primaries(history.events, end)),
    section('Clients', clients(history.events)),
    verdict ? section('Impact', impacts(verdict)) : '',
    verdict ? section('Findings', verdict.findings.map(findingText)) : '',
    verdict ? closing(verdict) : '',
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

function faultWindows(events: readonly Event[]): string[] {
  const instants = (type: 'witness' | 'healed') => {
    const seen = new Map<string, EventOf<'witness' | 'healed'>>();
    for (const event of events)
      if (event.type === type && event.witnessed && isWhole(event)) seen.set(event.fault, event);
    return seen;
  };
  const witnessed = instants('witness');
  const healed = instants('healed');
  /** What was seen of a fault before all of it was healed. */
  const between = (fault: string) =>
    events.flatMap((event) => {
      if ((event.type !== 'witness' && event.type !== 'healed') || event.fault !== fault || isWhole(event))
        return [];
      if (event.type === 'healed')
        return event.witnessed
          ? [`; for ${oneLine(event.targets!.join(', '))} to ${at(instantOf(event))}`]
          : [];
      return event.witnessed ? [] : [`; not seen to last until ${at(event.time)}`];
    });
  return events
    .filter((event) => event.type === 'fault')
    .map((event) => {
      const name = nameOfFault(event);
      const from = witnessed.get(event.fault);
      const to = healed.get(event.fault);
      if (!from) return `${name}: not seen to take effect`;
      const rest = between(event.fault).join('');
      if (!to) return `${name}: in force from ${at(instantOf(from))}, never healed${rest}`;
      const length = instantOf(to) - instantOf(from);
      return `${name}: in force from ${at(instantOf(from))} to ${at(instantOf(to))} (${at(length)})${rest}`;
    });
}

/** What clients noticed of each fault. */
function impacts({ timings }: Verdict): string[] {
  return timings.faults.map(({ fault, impact }) => `${oneLine(fault)}: ${impactText(impact)}`);
}

/** Whether a look is that at the whole effect, or at its whole end. */
function isWhole(event: EventOf<'witness' | 'healed'>): boolean {
  return event.type === 'witness' ? event.before === undefined : event.targets === undefined;
}

/** Who was primary from when to when, by what the nodes themselves said. */
function primaries(events: readonly Event[], end: Nanoseconds): string[] {
  const held: { node: string; term: number | undefined; from: Nanoseconds; to: Nanoseconds | undefined }[] =
    [];
  const changes = events
    .filter((event) => event.type === 'role' || event.type === 'node')
    .filter((event) => event.type === 'role' || event.event === 'exited')
    .toSorted((a, b) => instantOf(a) - instantOf(b));
  for (const event of changes) {
    const open = held.find(({ node, to }) => node === event.node && to === undefined);
    const primary = event.type === 'role' && event.role === 'primary';
    const term = event.type === 'role' ? event.term : undefined;
    if (open && primary && (term === undefined || open.term === undefined || term === open.term)) {
      open.term ??= term;
      continue;
    }
    if (open) open.to = instantOf(event);
    if (primary) held.push({ node: event.node, term, from: instantOf(event), to: undefined });
  }
  return held.map(({ node, term, from, to }) => {
    const inTerm = term === undefined ? '' : ` in term ${term}`;
    return `${oneLine(node)}${inTerm}: ${at(from)} to ${to === undefined ? `the end (${at(end)})` : at(to)}`;
  });
}

interface Answers {
  ok: number;
  fail: number;
  info: number;
  first: Nanoseconds | undefined;
  last: Nanoseconds | undefined;
  /** The longest stretch between two acknowledged operations. */
  gap: { from: Nanoseconds; to: Nanoseconds } | undefined;
}

function clients(events: readonly Event[]): string[] {
  const groups = new Map<string, Answers>();
  for (const event of events) {
    if (event.type !== 'ok' && event.type !== 'fail' && event.type !== 'info') continue;
    const name = event.client ?? 'clients';
    let group = groups.get(name);
    if (!group) {
      group = { ok: 0, fail: 0, info: 0, first: undefined, last: undefined, gap: undefined };
      groups.set(name, group);
    }
    group[event.type] += 1;
    if (event.type === 'ok') acknowledged(group, event.time);
  }
  return [...groups].map(([name, group]) => `${oneLine(name)}: ${answersText(group)}`);
}

function acknowledged(group: Answers, time: Nanoseconds): void {
  const { last, gap } = group;
  if (last !== undefined && (!gap || time - last > gap.to - gap.from)) group.gap = { from: last, to: time };
  group.first ??= time;
  group.last = time;
}

function answersText({ ok, fail, info, first, last, gap }: Answers): string {
  const counts = `${ok} ok, ${fail} fail, ${info} info`;
  if (first === undefined || last === undefined) return `${counts}; nothing was acknowledged`;
  const stretch = gap ? `; longest without ${at(gap.to - gap.from)} (${at(gap.from)} to ${at(gap.to)})` : '';
  return `${counts}; first ok ${at(first)}, last ok ${at(last)}${stretch}`;
}

function findingText(finding: Finding): string {
  const { expectation, expected, actual, message, verdict } = finding;
  const title = oneLine(`${mark(verdict)} ${expectation}: expected ${expected}, found ${actual}`);
  if (verdict === 'pass') return title;
  const detail = message.trim() ? [indented(message.trim(), '    ')] : [];
  return [title, ...detail, `    ${evidenceText(finding)}`].join('\n');
}

function closing(verdict: Verdict): string {
  return `${oneLine(verdict.drill)}: ${mark(verdict.verdict)} (seed ${verdict.seed}, ${oneLine(verdict.runtime)}, ${seconds(verdict.duration_ms)})`;
}
