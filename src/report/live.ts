/**
 * A run as it goes on: what is known so far (a pure reducer over the events), and that in a few lines.
 *
 *     split-brain  steps, step 2: partition isolate primary  2.6 s
 *     primary b (term 2)
 *     east  198 ok/s  0 errors/s  41 errors in all
 *     west  0 ok/s  100 errors/s  58 errors in all
 *     in force: fault-1 (isolate a (drop))
 *       2013.4 ms  fault-1 (isolate a (drop)) is in force
 *       2419.0 ms  supervisor-2 declared a failed (term 1)
 */
import picocolors from 'picocolors';
import {
  type Event,
  type EventOf,
  instantOf,
  type Nanoseconds,
  type Phase,
  type Role,
} from '../history/event.js';
import { type Leaves, leavesOf } from '../history/fault-events.js';
import { milliseconds, seconds } from './figures.js';
import { fitted, oneLine, padded } from './text.js';
import { isMilestone, nameOfFault, words } from './words.js';

/** Operations are counted in slices of 100 ms, and a rate is over the ten slices before the present one. */
const SLICE_NS = 1e8;
const SLICES_PER_SECOND = 10;
const NOTABLE = 5;

interface Slice {
  slice: number;
  ok: number;
  errors: number;
}

interface GroupState {
  /** Since the run began: operations that failed or are in doubt. */
  errors: number;
  /** The last slices, oldest first. */
  slices: readonly Slice[];
}

interface FaultState {
  name: string;
  leaves: Leaves | undefined;
  /** What it still holds; a killed node that starts again leaves it. */
  targets: readonly string[];
  /** Whether it is over for some of its targets. */
  isPartial?: true;
  stage: 'being injected' | 'in force' | 'not seen to take effect' | 'being healed' | 'not seen to be healed';
}

interface RoleState {
  role: Role;
  term: number | undefined;
  at: Nanoseconds;
}

export interface LiveState {
  readonly drill: string;
  readonly phase: Phase | undefined;
  readonly step: string | undefined;
  /** How many steps the drill has. */
  readonly steps: number | undefined;
  /** Of the last event. */
  readonly time: Nanoseconds;
  readonly roles: ReadonlyMap<string, RoleState>;
  readonly groups: ReadonlyMap<string, GroupState>;
  /** Every fault of the run by its id, the healed ones too. */
  readonly names: ReadonlyMap<string, string>;
  /** The faults that are not healed. */
  readonly faults: ReadonlyMap<string, FaultState>;
  /** The last notable events, as lines, oldest first. */
  readonly notable: readonly string[];
  /** The lines by which the run is told afterwards; what several supervisors say of one thing is one of them. */
  readonly milestones: ReadonlyMap<string, string>;
}

export function liveState(): LiveState {
  return {
    drill: '',
    phase: undefined,
    step: undefined,
    steps: undefined,
    time: 0,
    roles: new Map(),
    groups: new Map(),
    names: new Map(),
    faults: new Map(),
    notable: [],
    milestones: new Map(),
  };
}

function isCompletion(event: Event): event is EventOf<'ok' | 'fail' | 'info'> {
  return event.type === 'ok' || event.type === 'fail' || event.type === 'info';
}

/** Operations are counted by the live display and told by none of the texts. */
export function isOperation(event: Event): boolean {
  return event.type === 'invoke' || isCompletion(event);
}

/** What is known after one more event. */
export function advance(state: LiveState, event: Event): LiveState {
  if (event.type === 'invoke') return state;
  if (isCompletion(event)) return counted(state, event);
  const line = plainLine(event, undefined, state);
  const next = { ...noted(state, event), time: event.time };
  if (line === undefined) return next;
  const notable = [...next.notable, line].slice(-NOTABLE);
  const key = event.type === 'supervisor' ? `${event.event} ${event.target} ${event.term}` : `${event.index}`;
  if (!isMilestone(event) || state.milestones.has(key)) return { ...next, notable };
  return { ...next, notable, milestones: new Map(state.milestones).set(key, line) };
}

/**
 * One line for a notable event (`2013.4 ms  b is primary in term 2`), undefined for any other. `elapsed` is in
 * milliseconds; by default the instant of the event itself. A role that a probe reports is notable where it is
 * a change from `before`, the state before the event; without that, only changes that a node logged are.
 */
export function plainLine(event: Event, elapsed?: number, before?: LiveState): string | undefined {
  const text = eventText(event, before);
  if (text === undefined) return undefined;
  return `${milliseconds(elapsed ?? instantOf(event) / 1e6).padStart(10)}  ${text}`;
}

/** The same without its time. */
export function eventText(event: Event, before?: LiveState): string | undefined {
  if (event.type === 'role' && !(before ? changesRole(before, event) : event.source === 'log'))
    return undefined;
  if (event.type === 'step') return stepWords(event, before);
  return words(event, (fault) => before?.names.get(fault) ?? fault);
}

function stepWords({ step, text }: EventOf<'step'>, before: LiveState | undefined): string {
  return oneLine(`step ${step}${before?.steps ? ` of ${before.steps}` : ''}: ${text}`);
}

function changesRole(state: LiveState, event: EventOf<'role'>): boolean {
  const known = state.roles.get(event.node);
  if (!known) return event.role !== 'unknown';
  if (instantOf(event) < known.at) return false;
  if (known.role !== event.role) return true;
  return event.role === 'primary' && event.term !== undefined && event.term !== known.term;
}

function noted(state: LiveState, event: Event): LiveState {
  switch (event.type) {
    case 'run':
      return { ...state, drill: oneLine(event.drill.name), steps: event.drill.steps?.length };
    case 'phase':
      return { ...state, phase: event.phase, step: undefined };
    case 'step':
      return { ...state, step: stepWords(event, state) };
    case 'fault': {
      const { fault, targets } = event;
      const leaves = leavesOf(event);
      const name = nameOfFault(event);
      const names = new Map(state.names).set(fault, name);
      return {
        ...state,
        names,
        faults: new Map(state.faults).set(fault, { name, leaves, targets, stage: 'being injected' }),
      };
    }
    case 'witness':
      if (event.before === 'heal') return state;
      return staged(state, event.fault, event.witnessed ? 'in force' : 'not seen to take effect');
    case 'heal':
      return event.targets ? state : staged(state, event.fault, 'being healed');
    case 'healed':
      if (!event.witnessed) return staged(state, event.fault, 'not seen to be healed');
      if (event.targets) return released(state, event.fault, event.targets);
      return { ...state, faults: new Map([...state.faults].filter(([fault]) => fault !== event.fault)) };
    case 'role': {
      const known = state.roles.get(event.node);
      if (known && instantOf(event) < known.at) return state;
      return inRole(state, event, event.role, event.term);
    }
    case 'node':
      return event.event === 'exited' ? inRole(state, event, 'unknown') : started(state, event.node);
    default:
      return state;
  }
}

function staged(state: LiveState, fault: string, stage: FaultState['stage']): LiveState {
  return changed(state, fault, (known) => ({ ...known, stage }));
}

/** For some of its targets a fault is over. */
function released(state: LiveState, fault: string, over: readonly string[]): LiveState {
  return changed(state, fault, (known) => {
    const targets = known.targets.filter((target) => !over.includes(target));
    return { ...known, targets, isPartial: true };
  });
}

function changed(state: LiveState, fault: string, change: (known: FaultState) => FaultState): LiveState {
  const known = state.faults.get(fault);
  return known ? { ...state, faults: new Map(state.faults).set(fault, change(known)) } : state;
}

function inRole(state: LiveState, event: EventOf<'role' | 'node'>, role: Role, given?: number): LiveState {
  const term = given ?? state.roles.get(event.node)?.term;
  return { ...state, roles: new Map(state.roles).set(event.node, { role, term, at: instantOf(event) }) };
}

/** A kill (or a stop) is never healed: it is over when the node runs again. */
function started(state: LiveState, node: string): LiveState {
  const faults = new Map<string, FaultState>();
  for (const [id, fault] of state.faults) {
    const isEnd = fault.leaves === 'killed';
    const targets = isEnd ? fault.targets.filter((target) => target !== node) : fault.targets;
    if (!isEnd || targets.length > 0) faults.set(id, { ...fault, targets });
  }
  return { ...state, faults };
}

/** Called for every operation, thousands of times a second: it copies little. */
function counted(state: LiveState, event: EventOf<'ok' | 'fail' | 'info'>): LiveState {
  const name = event.client ?? 'clients';
  if (name === 'probe' || name === 'final') return state;
  const group = state.groups.get(name) ?? { errors: 0, slices: [] };
  const slice = Math.floor(event.time / SLICE_NS);
  const ok = event.type === 'ok' ? 1 : 0;
  const last = group.slices.at(-1);
  const slices =
    last?.slice === slice
      ? group.slices.with(-1, { slice, ok: last.ok + ok, errors: last.errors + 1 - ok })
      : [...group.slices.slice(-SLICES_PER_SECOND), { slice, ok, errors: 1 - ok }];
  const groups = new Map(state.groups).set(name, { errors: group.errors + 1 - ok, slices });
  return { ...state, groups, time: event.time };
}

interface RenderOptions {
  /** Milliseconds since the run began, on the scale of the events' times. */
  elapsedMs: number;
  columns: number;
  colors: boolean;
}

/** The state in a few lines, none wider than `columns`. */
export function render(state: LiveState, options: RenderOptions): string[] {
  const colors = picocolors.createColors(options.colors);
  const cut = (text: string) => fitted(text, options.columns);
  const where = [state.phase ?? 'starting', state.step].filter(Boolean).join(', ');
  const clock = seconds(options.elapsedMs);
  const title = fitted([state.drill, where].filter(Boolean).join('  '), options.columns - clock.length - 2);
  const primaries = [...state.roles].filter(([, { role }]) => role === 'primary');
  const claims = primaries.map(
    ([node, { term }]) => `${oneLine(node)}${term === undefined ? '' : ` (term ${term})`}`,
  );
  const lines = [
    colors.bold(cut(`${title}  ${clock}`)),
    (primaries.length > 1 ? colors.red : colors.green)(cut(`primary ${claims.join(' and ') || 'none'}`)),
    ...groupLines(state, options.elapsedMs).map(({ line, errors }) =>
      errors ? colors.red(cut(line)) : cut(line),
    ),
  ];
  for (const fault of state.faults.values()) {
    const whom = fault.isPartial ? `, for ${fault.targets.join(', ')} alone` : '';
    lines.push(colors.yellow(cut(`${fault.stage}: ${fault.name}${oneLine(whom)}`)));
  }
  return [...lines, ...state.notable.map((line) => colors.dim(cut(line)))];
}

function groupLines(state: LiveState, elapsedMs: number): { line: string; errors: boolean }[] {
  const present = Math.floor((elapsedMs * 1e6) / SLICE_NS);
  const widest = Math.max(0, ...[...state.groups.keys()].map((name) => oneLine(name).length));
  return [...state.groups].map(([name, group]) => {
    let ok = 0;
    let errors = 0;
    for (const slice of group.slices) {
      if (slice.slice >= present || slice.slice < present - SLICES_PER_SECOND) continue;
      ok += slice.ok;
      errors += slice.errors;
    }
    const label = padded(oneLine(name), widest);
    return {
      line: `${label}  ${ok} ok/s  ${errors} errors/s  ${group.errors} errors in all`,
      errors: errors > 0,
    };
  });
}
