/** The faults of a run, each with what was seen of it: since when it was effective, and whom it hit. */

import { eventsOf } from '../history/by-type.js';
import { derived } from '../history/derived.js';
import type { EventOf, Nanoseconds } from '../history/event.js';
import { instantOf } from '../history/event.js';
import type { History } from '../history/history.js';
import { primaryAt } from './claims.js';

/**
 * Faults that are injected this close to each other belong together: what is declared of one is declared of all of them,
 * and one recovery is from all of them.
 */
export const TOGETHER: Nanoseconds = 100e6;

export interface FaultRecord {
  event: EventOf<'fault'>;
  witness: EventOf<'witness'> | undefined;
  /** The heal after which it is over, and what was seen of that. */
  heal: EventOf<'heal'> | undefined;
  healed: EventOf<'healed'> | undefined;
  /** The heals before that, each of some of its targets. */
  parts: HealedPart[];
  /** What was seen right before each heal. */
  looks: EventOf<'witness'>[];
  /** Since when its first part is in force: all figures count from then. Undefined where no probe has seen it. */
  effective: Nanoseconds | undefined;
  /** Since when all of it is in force. */
  whole: Nanoseconds | undefined;
  /** When it was begun to be undone for `target`. */
  undone: Nanoseconds | undefined;
  /** When it was over for `target`: healed as witnessed, else as asked. */
  over: Nanoseconds | undefined;
  /** Who was primary when it was injected. */
  primary: string | undefined;
  /** Whether that primary was among its targets, or lost every link to the others. */
  hitsPrimary: boolean;
  /** That primary where it was hit, else the first target. */
  target: string;
}

interface HealedPart {
  asked: EventOf<'heal'>;
  seen: EventOf<'healed'> | undefined;
}

/** The faults in the order of their injection. */
export const faultsOf: (history: History) => readonly FaultRecord[] = derived(collect);

function collect(history: History): FaultRecord[] {
  const faults = new Map<string, FaultRecord>();
  for (const event of history.events) {
    switch (event.type) {
      case 'fault':
        faults.set(event.fault, injected(history, event));
        break;
      case 'witness': {
        const fault = faults.get(event.fault);
        if (fault === undefined) break;
        if (event.before === 'heal') {
          fault.looks.push(event);
          break;
        }
        fault.witness = event;
        if (!event.witnessed) break;
        fault.effective = instantOf(event);
        fault.whole = Math.max(fault.effective, event.last ?? fault.effective);
        break;
      }
      case 'heal': {
        const fault = faults.get(event.fault);
        if (fault === undefined) break;
        if (endsForTarget(fault, event)) {
          fault.over = event.time;
          fault.undone = event.time;
        }
        if (event.targets) fault.parts.push({ asked: event, seen: undefined });
        else fault.heal = event;
        break;
      }
      case 'healed': {
        const fault = faults.get(event.fault);
        if (fault === undefined) break;
        const part = fault.parts.find(
          ({ asked, seen }) => !seen && asked.targets?.join() === event.targets?.join(),
        );
        if (part) part.seen = event;
        else fault.healed = event;
        if (event.witnessed && endsForTarget(fault, event, part)) fault.over = instantOf(event);
        break;
      }
    }
  }
  return [...faults.values()];
}

/** Whether a heal is the one that ends the fault for its target: the first that is about that one, or about all. */
function endsForTarget(
  { target, parts }: FaultRecord,
  { targets }: EventOf<'heal' | 'healed'>,
  own?: HealedPart,
): boolean {
  if (targets && !targets.includes(target)) return false;
  return parts.every((part) => part === own || !part.asked.targets?.includes(target));
}

function injected(history: History, event: EventOf<'fault'>): FaultRecord {
  const primary = primaryAt(history, event.time);
  const hitsPrimary =
    primary !== undefined && (event.targets.includes(primary) || isolates(history, event, primary));
  return {
    event,
    witness: undefined,
    heal: undefined,
    healed: undefined,
    parts: [],
    looks: [],
    effective: undefined,
    whole: undefined,
    undone: undefined,
    over: undefined,
    primary,
    hitsPrimary,
    target: hitsPrimary ? primary : (event.targets[0] ?? ''),
  };
}

/** Whether a fault cuts a node from every other node and supervisor, in at least one direction each. */
function isolates(history: History, event: EventOf<'fault'>, node: string): boolean {
  const others = (history.run?.nodes ?? []).map(({ name }) => name).filter((name) => name !== node);
  if (others.length === 0 || event.cuts === undefined) return false;
  const cut = new Set<string>();
  for (const { link } of event.cuts) {
    const [source = '', target = ''] = endsOf(link);
    if (source === node) cut.add(target);
    if (target === node) cut.add(source);
  }
  return others.every((name) => cut.has(name));
}

/** The two ends of a link: `a->b:6379` is from a to b. */
export function endsOf(link: string): string[] {
  return link.split('->').map((end) => end.trim().replace(/:\d+$/, ''));
}

/** The faults that hit whoever was primary. */
export function primaryFaults(history: History): FaultRecord[] {
  return faultsOf(history).filter((fault) => fault.hitsPrimary);
}

/** `fault-1 (isolate a (drop))`, for messages. */
export function faultText({ event }: FaultRecord): string {
  return `${event.as ?? event.fault} (${event.text})`;
}

/** How it is named in figures: by the drill's own name, or its place. */
export function nameOf({ event }: FaultRecord): string {
  return event.as ?? event.fault;
}

/** The nodes that a fault is about. */
export function suspectsOf({ event, target }: FaultRecord): Set<string> {
  return new Set([...event.targets, target]);
}

/** When planned changes of primary were asked for, by the conductor or by a supervisor, in no order. */
export function plannedChanges(history: History): Nanoseconds[] {
  const asked = eventsOf(history, 'ask').filter(({ ask }) => ask !== 'restart');
  const begun = eventsOf(history, 'supervisor').filter(({ event }) => event === 'switchover');
  return [...asked.map(({ time }) => time), ...begun.map(instantOf)];
}

/** When a planned change of primary was first asked for after an instant; Infinity where none was. */
export function plannedChangeAfter(history: History, after: Nanoseconds): Nanoseconds {
  return Math.min(Number.POSITIVE_INFINITY, ...plannedChanges(history).filter((at) => at > after));
}
