/** From what a history tells, by the same facts as the verdict, to what the page of an execution draws. */
import type { Verdict } from '../../checker/verdict.js';
import type { Drill } from '../../drill/schema.js';
import { eventsOf } from '../../history/by-type.js';
import { instantOf, type Nanoseconds } from '../../history/event.js';
import type { History } from '../../history/history.js';
import { detectionOf } from '../../timeline/detection.js';
import { type FaultRecord, faultsOf } from '../../timeline/faults.js';
import { livesOf } from '../../timeline/lives.js';
import { lostGround } from '../../timeline/lost-ground.js';
import { toMs } from '../../timeline/milliseconds.js';
import { lastInstant } from '../../timeline/phases.js';
import { recoveriesOf } from '../../timeline/recovery.js';
import { stillnessOf } from '../../timeline/stillness.js';
import { takeoverOf } from '../../timeline/takeover.js';
import { linksOf } from '../../topology/links.js';
import { advance, eventText, isOperation, liveState } from '../live.js';
import { oneLine } from '../text.js';
import { nameOfFault, words } from '../words.js';
import { durabilityOf } from './durability.js';
import { evidenceOf } from './evidence.js';
import { type LogEnd, logLines } from './log-lines.js';
import { groupsOf } from './operations.js';
import type { FaultWindow, LinkChange, Mark, PageModel } from './page-model.js';

/** What a page is made of. */
export interface Told {
  history: History;
  /** As its history has it. */
  drill: Drill;
  verdict: Verdict;
  logs: readonly LogEnd[];
}

export function pageModel({ history, drill, verdict, logs }: Told): PageModel {
  const evidence = evidenceOf(history, verdict);
  const shown = new Set(evidence.flatMap(({ events }) => events.map(({ index }) => index)));
  const links = linksOf(drill.topology, drill.clients);
  return {
    end: toMs(lastInstant(history)),
    phases: phases(history),
    lanes: (history.run?.nodes ?? []).map(({ name, kind }) => ({
      name,
      kind,
      lives: (livesOf(history).get(name) ?? []).map(({ state, term, from, to }) => ({
        state,
        ...(term === undefined ? {} : { term }),
        from: toMs(from),
        to: toMs(to),
      })),
    })),
    faults: faultsOf(history).map((fault) => faultWindow(fault, lastInstant(history))),
    marks: marks(history, drill),
    still: stillnessOf(history).map(({ from, to, text }) => ({ from: toMs(from), to: toMs(to), text })),
    ...groupsOf(history, shown),
    durability: durabilityOf(lostGround(history)?.seen ?? history),
    links: links.map(({ name, from, to }) => ({ name, from, to })),
    changes: faultsOf(history).flatMap((fault) => linkChanges(fault, lastInstant(history), links)),
    evidence,
    events: events(history),
    logs: logs.map((log) => logLines(history, log)),
  };
}

function phases(history: History): PageModel['phases'] {
  const begun = eventsOf(history, 'phase');
  return begun.map(({ phase, time }, at) => ({
    name: phase,
    from: toMs(time),
    to: toMs(begun[at + 1]?.time ?? lastInstant(history)),
  }));
}

/** From when it was seen to take effect; from when it was written down, where nobody saw that. */
function faultWindow({ event, effective, over }: FaultRecord, end: Nanoseconds): FaultWindow {
  return {
    index: event.index,
    name: nameOfFault(event),
    targets: event.targets,
    seen: effective !== undefined,
    over: over !== undefined,
    from: toMs(effective ?? event.time),
    to: toMs(over ?? end),
  };
}

/** What supervisors did, each with them and with the one that they did it to, and what followed from each fault. */
function marks(history: History, drill: Drill): Mark[] {
  const found: Mark[] = [];
  for (const event of eventsOf(history, 'supervisor')) {
    const { node, target, index } = event;
    const mark = { at: toMs(instantOf(event)), what: event.event, text: words(event) ?? '', index };
    if (event.event !== 'promoted') found.push({ ...mark, lane: node });
    if (['fenced', 'promoted', 'in-sync'].includes(event.event) && target !== node)
      found.push({ ...mark, lane: target });
  }
  for (const { ask, node, time, index } of eventsOf(history, 'ask'))
    found.push({ at: toMs(time), lane: node, what: ask, text: `asked: ${ask} of ${oneLine(node)}`, index });
  const recoveries = recoveriesOf(history, drill);
  for (const fault of faultsOf(history)) {
    const detection = detectionOf(history, drill, fault);
    const takeover = takeoverOf(history, drill, fault);
    const name = nameOfFault(fault.event);
    if (detection) {
      const { at, event } = detection;
      const text = `${name} was detected by ${oneLine(event.node)}`;
      found.push({ at: toMs(at), lane: fault.target, what: 'detected', text, index: event.index });
    }
    if (takeover) {
      const { write, node } = takeover;
      const text = `${oneLine(node)} acknowledged its first write after ${name}`;
      const index = write.complete ?? write.invoke;
      found.push({ at: toMs(write.end), lane: node, what: 'first write', text, index });
    }
    const recovery = recoveries.after(fault);
    if (recovery?.kind === 'recovered') {
      const { operation } = recovery;
      const lane = operation.node ?? takeover?.node ?? fault.target;
      const text = `the service recovered from ${name}`;
      const index = operation.complete ?? operation.invoke;
      found.push({ at: toMs(operation.end), lane, what: 'recovered', text, index });
    }
  }
  return found.sort((one, other) => one.at - other.at);
}

/** The links that a fault cut, and those that the probe of another one looked at. */
function linkChanges(
  { event, witness, effective, over }: FaultRecord,
  end: Nanoseconds,
  links: ReturnType<typeof linksOf>,
): LinkChange[] {
  if (effective === undefined) return [];
  const known = new Set(links.map(({ name }) => name));
  const saw = new Map(witness?.evidence.map(({ subject, observed }) => [subject, observed]));
  const cut = new Map((event.cuts ?? []).map(({ link, streams }) => [link, streams]));
  const touched = event.cuts ? [...cut.keys()] : [...saw.keys()].filter((name) => known.has(name));
  return touched.map((link) => {
    const streams = cut.get(link);
    const oneWay = streams?.length === 1 ? ` (${streams[0]} alone)` : '';
    const what = streams ? `cut: ${event.mode ?? 'closed'}${oneWay}` : event.kind;
    return { link, what, saw: oneLine(saw.get(link) ?? ''), from: toMs(effective), to: toMs(over ?? end) };
  });
}

function events(history: History): PageModel['events'] {
  let state = liveState();
  const told: PageModel['events'] = [];
  for (const event of history.events) {
    if (isOperation(event)) continue;
    const text = eventText(event, state);
    state = advance(state, event);
    if (text !== undefined) told.push({ index: event.index, at: toMs(instantOf(event)), text });
  }
  return told.sort((one, other) => one.at - other.at);
}
