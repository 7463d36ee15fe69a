/**
 * An event in plain words, on one line: `supervisor-2 declared a failed (term 1)`. Operations have none: they
 * are counted, not told. What nodes and drill files wrote is made harmless for a terminal.
 */
import { inventoryLines } from '../checker/inventory.js';
import type { Event, EventOf, Evidence } from '../history/event.js';
import { milliseconds } from './figures.js';
import { oneLine } from './text.js';

/** What a fault is called, by its id: `fault-1 (isolate a (drop))`. */
type FaultName = (fault: string) => string;

/** `fault-1 (isolate a (drop))` */
export function nameOfFault({ fault, text }: Pick<EventOf<'fault'>, 'fault' | 'text'>): string {
  return oneLine(`${fault} (${text})`);
}

/** What supervisors do that a run is told by afterwards. */
const DEEDS: readonly string[] = ['declared', 'fenced', 'fence-failed', 'promoted', 'switchover'];

/** Whether an event is one of those by which a run is told afterwards. */
export function isMilestone(event: Event): boolean {
  switch (event.type) {
    case 'step':
    case 'healed':
    case 'ask':
    case 'problem':
    case 'stall':
      return true;
    case 'witness':
      return event.before === undefined || !event.witnessed;
    case 'supervisor':
      return DEEDS.includes(event.event);
    case 'waited':
      return !event.reached;
    default:
      return false;
  }
}

/** The event in words; undefined for operations and for what has nothing to tell. */
export function words(event: Event, faultName: FaultName = (fault) => fault): string | undefined {
  const text = told(event, faultName);
  return text === undefined ? undefined : oneLine(text);
}

function told(event: Event, faultName: FaultName): string | undefined {
  switch (event.type) {
    case 'run':
      return `${event.drill.name} on ${event.runtime}, seed ${event.seed}, execution ${event.execution}`;
    case 'phase':
      return `phase: ${event.phase}`;
    case 'step':
      return `step ${event.step}: ${event.text}`;
    case 'fault':
      return `${nameOfFault(event)} is being injected`;
    case 'witness':
      if (event.before === 'heal') return lastLookWords(event, faultName);
      return event.witnessed
        ? `${faultName(event.fault)} is in force${wholeAfter(event)}`
        : `${faultName(event.fault)} was not seen to take effect${lacking(event.evidence)}`;
    case 'heal':
      return `${faultName(event.fault)} is being healed${forTargets(event)}`;
    case 'healed':
      return event.witnessed
        ? `${faultName(event.fault)} is healed${forTargets(event)}`
        : `${faultName(event.fault)} was not seen to be healed${forTargets(event)}${lacking(event.evidence)}`;
    case 'role':
      return roleWords(event);
    case 'supervisor':
      return supervisorWords(event);
    case 'node':
      return nodeWords(event);
    case 'ask':
      return askWords(event);
    case 'waited':
      return event.reached ? `reached: ${event.for}` : `${event.for}: ${event.detail ?? 'timed out'}`;
    case 'progress':
      return oneLine(event.text);
    case 'toxiproxy':
      return `links through Toxiproxy ${event.version}: ${event.server}`;
    case 'problem':
      return `problem: ${event.message}`;
    case 'stall':
      return `${event.node ?? 'the runner'} stood still for ${(event.took / 1e6).toFixed(0)} ms`;
    case 'inventory':
      return inventoryWords(event);
    case 'end':
      return event.reason === 'done' ? 'the run is done' : `the run was cut off: ${event.reason}`;
    case 'invoke':
    case 'ok':
    case 'fail':
    case 'info':
      return undefined;
  }
}

/** How long its injection took, from the first part in force to the last. */
function wholeAfter({ at, last }: EventOf<'witness'>): string {
  return at === undefined || last === undefined ? '' : ` after ${milliseconds((last - at) / 1e6)}`;
}

/** That a fault was in force until its heal is what everybody expects. */
function lastLookWords(
  { fault, witnessed, evidence }: EventOf<'witness'>,
  faultName: FaultName,
): string | undefined {
  return witnessed
    ? undefined
    : `${faultName(fault)} was not seen to last until its heal${lacking(evidence)}`;
}

/** Nothing where it is about all targets. */
function forTargets({ targets }: { targets?: string[] }): string {
  return targets ? ` for ${targets.join(', ')} alone` : '';
}

function inventoryWords(event: EventOf<'inventory'>): string {
  const left = event.leaked.length > 0 ? [`left behind: ${event.leaked.join(', ')}`] : [];
  const kept = event.kept === undefined ? [] : [`kept as it is: run ${event.kept}`];
  return [...left, ...kept, ...inventoryLines(event)].join('; ');
}

function roleWords({ node, role, term }: EventOf<'role'>): string {
  if (role === 'unknown') return `${node} does not say its role`;
  return `${node} is ${role}${term === undefined ? '' : ` in term ${term}`}`;
}

function supervisorWords({ node, event, target, term, detail }: EventOf<'supervisor'>): string {
  const bracketed = term === undefined ? '' : ` (term ${term})`;
  const text = {
    declared: `${node} declared ${target} failed${bracketed}`,
    fencing: `${node} is fencing ${target}${bracketed}`,
    fenced: `${node} fenced ${target}${bracketed}`,
    'fence-failed': `${node} could not fence ${target}${bracketed}`,
    sealed: `${node} decided that ${target} is the next primary${bracketed}`,
    promoting: `${node} told ${target} to become primary${bracketed}`,
    promoted: `${target} was promoted${bracketed}`,
    switchover: `${node} began a switchover to ${target}${bracketed}`,
    'in-sync': `${target} is in sync${bracketed}`,
    'out-of-sync': `${target} is no longer in sync${bracketed}`,
  }[event];
  return detail ? `${text}: ${detail}` : text;
}

function nodeWords({ node, event, detail }: EventOf<'node'>): string {
  const text = {
    starting: `${node} is starting`,
    running: `${node} is running`,
    loaded: `${node} has loaded its state`,
    'in-sync': `${node} is in sync`,
    exited: `${node} has exited`,
  }[event];
  return detail ? `${text}: ${detail}` : text;
}

function askWords({ ask, node }: EventOf<'ask'>): string {
  return {
    switchover: `asked for a switchover to ${node}`,
    failback: `asked for the failback to ${node}`,
    restart: `asked to restart ${node}`,
  }[ask];
}

/** What the probes saw instead; only what was not as expected, and not more than two of it. */
function lacking(evidence: readonly Evidence[]): string {
  const off = evidence.filter(({ expected, observed }) => expected !== observed).slice(0, 2);
  const texts = off.map((one) => `${one.subject}: expected ${one.expected}, found ${one.observed}`);
  return texts.length === 0 ? '' : ` (${texts.join('; ')})`;
}
