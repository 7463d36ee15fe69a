/**
 * Tiny histories for tests. Everything is said with its time in milliseconds, in any order:
 *
 *     const run = new Building({ expect: { lost_writes: 0 } });
 *     run.role(0, 'a', 'primary', { term: 1 });
 *     run.write(1000, 1);                       // acknowledged by a in term 1, 2 ms later
 *     run.read(5000, 1, { client: 'final' });
 *     judge(run.history());
 */

import type { Drill, DrillFile } from '../../src/drill/schema.js';
import type {
  Event,
  EventBody,
  EventOf,
  OperationType,
  Phase,
  Role,
  RoleEvent,
  SupervisorEvent,
  Value,
} from '../../src/history/event.js';
import { type History, historyOf } from '../../src/history/history.js';
import { decodeDrill } from '../built-in.js';

export interface OperationOptions {
  key?: string | null;
  /** The node that answers. */
  by?: string;
  term?: number | null;
  /** Milliseconds until the answer. */
  took?: number;
  type?: 'ok' | 'fail' | 'info';
  client?: string;
  process?: number;
  /** Milliseconds; its start unless told otherwise. */
  intended?: number;
}

export interface FaultOptions {
  kind?: string;
  targets?: string[];
  /** When it is seen to be effective; null: it is looked for in vain; undefined: at once. */
  effective?: number | null;
  /** When its last part came into force, where it was not at once. */
  last?: number;
  /** How long it was asked to last. */
  for?: number;
  cuts?: string[];
}

export class Building {
  readonly #drill: DrillFile;
  readonly #events: { time: number; body: EventBody }[] = [];
  #process = 0;
  #faults = 0;

  constructor(drill: Partial<DrillFile> = {}) {
    this.#drill = {
      name: 'tiny',
      topology: { nodes: { a: { role: 'primary' }, b: {}, c: {} } },
      clients: { app: {} },
      ...drill,
    };
  }

  drill(): Drill {
    return decodeDrill(this.#drill);
  }

  at(ms: number, body: EventBody): this {
    this.#events.push({ time: ms * 1e6, body });
    return this;
  }

  phase(ms: number, phase: Phase): this {
    return this.at(ms, { type: 'phase', phase });
  }

  role(
    ms: number,
    node: string,
    role: Role,
    more: Partial<Omit<RoleEvent, 'at' | 'until'>> & { until?: number } = {},
  ): this {
    const { until, ...rest } = more;
    return this.at(ms, {
      type: 'role',
      node,
      role,
      source: 'log',
      ...rest,
      ...(until === undefined ? {} : { until: until * 1e6 }),
    });
  }

  supervisor(ms: number, event: SupervisorEvent['event'], target: string, term?: number): this {
    return this.at(ms, {
      type: 'supervisor',
      node: 's1',
      event,
      target,
      ...(term === undefined ? {} : { term }),
    });
  }

  node(ms: number, node: string, event: EventOf<'node'>['event']): this {
    return this.at(ms, { type: 'node', node, event });
  }

  stall(ms: number, took: number): this {
    return this.at(ms + took, { type: 'stall', at: ms * 1e6, took: took * 1e6 });
  }

  step(ms: number, step: number): this {
    return this.at(ms, { type: 'step', step, text: `step ${step}` });
  }

  ask(ms: number, ask: EventOf<'ask'>['ask'], node: string): this {
    return this.at(ms, { type: 'ask', ask, node });
  }

  operation(ms: number, f: OperationType, value: Value, options: OperationOptions = {}): this {
    const { by = 'a', term = 1, took = 2, type = 'ok', client = 'app', intended } = options;
    const key = options.key === undefined ? 'k' : options.key;
    this.#process += 1;
    const process = options.process ?? this.#process;
    const head = { process, f, key, client, node: by };
    this.at(ms, {
      type: 'invoke',
      ...head,
      value: f === 'read' ? null : value,
      ...(intended === undefined ? {} : { intended: intended * 1e6 }),
    });
    return this.at(ms + took, { type, ...head, value, ...(term === null || type !== 'ok' ? {} : { term }) });
  }

  write(ms: number, value: Value, options: OperationOptions = {}): this {
    return this.operation(ms, 'write', value, options);
  }

  read(ms: number, value: Value, options: OperationOptions = {}): this {
    return this.operation(ms, 'read', value, options);
  }

  /** Writes of unique values, one every `every` ms, from an instant up to another. */
  writes(from: number, to: number, every: number, options: OperationOptions = {}): this {
    for (let ms = from; ms < to; ms += every) this.write(ms, `${options.by ?? 'a'}${ms}`, options);
    return this;
  }

  /** Names it `fault-1`, `fault-2`, ... */
  fault(ms: number, options: FaultOptions = {}): string {
    const { kind = 'kill', targets = ['a'], effective = ms, last } = options;
    this.#faults += 1;
    const fault = `fault-${this.#faults}`;
    const cuts = options.cuts?.map((link) => ({
      link,
      streams: ['upstream' as const, 'downstream' as const],
    }));
    const text = `${kind} ${targets.join(', ')}`;
    const asked = options.for === undefined ? {} : { for: options.for * 1e6 };
    this.at(ms, { type: 'fault', fault, kind, targets, text, ...(cuts ? { cuts } : {}), ...asked });
    const seen = effective !== null;
    this.at(Math.max(ms, effective ?? ms, last ?? ms) + 1, {
      type: 'witness',
      fault,
      witnessed: seen,
      evidence: [{ subject: targets[0] ?? '', expected: 'gone', observed: seen ? 'gone' : 'there' }],
      ...(seen ? { at: effective * 1e6 } : {}),
      ...(last === undefined ? {} : { last: last * 1e6 }),
    });
    return fault;
  }

  /** The look right before a heal. */
  look(ms: number, fault: string, there: boolean): this {
    const evidence = [{ subject: 'a', expected: 'stopped', observed: there ? 'stopped' : 'not stopped' }];
    return this.at(ms, { type: 'witness', before: 'heal', fault, witnessed: there, evidence });
  }

  /** For some of its targets, where they are named; otherwise it is over. `first`: when its first part was undone. */
  heal(ms: number, fault: string, effective: number | null = ms, targets?: string[], first?: number): this {
    const part = targets ? { targets } : {};
    this.at(ms, { type: 'heal', fault, ...part });
    const seen = effective !== null;
    return this.at(Math.max(ms, effective ?? ms) + 1, {
      type: 'healed',
      fault,
      witnessed: seen,
      ...part,
      evidence: [],
      ...(seen ? { at: effective * 1e6 } : {}),
      ...(first === undefined ? {} : { first: first * 1e6 }),
    });
  }

  /** The events in the order of time, from the run event to the end. */
  events(reason: EventOf<'end'>['reason'] = 'done'): Event[] {
    const first: EventBody = {
      type: 'run',
      format: 1,
      tool: '0.1.0',
      drill: this.#drill,
      runtime: 'process',
      seed: 7,
      execution: 1,
      started: '2026-01-01T00:00:00.000Z',
      nodes: [
        { name: 'a', kind: 'node', role: 'primary', tags: [] },
        { name: 'b', kind: 'node', role: 'standby', tags: [] },
        { name: 'c', kind: 'node', role: 'standby', tags: [] },
        { name: 's1', kind: 'supervisor', tags: [] },
      ],
    };
    const sorted = [...this.#events].sort((one, other) => one.time - other.time);
    const last = sorted.at(-1)?.time ?? 0;
    const created = { processes: 4, proxies: 12, folders: 1 };
    const all = [
      { time: 0, body: first },
      ...sorted,
      { time: last, body: { type: 'inventory', created, leaked: [] } as EventBody },
      { time: last, body: { type: 'end', reason } as EventBody },
    ];
    return all.map(({ time, body }, index) => ({ index, time, ...body }) as Event);
  }

  history(): History {
    return historyOf(this.events());
  }

  /** The same without its end: as a run leaves it that was killed at an instant. */
  cutAt(ms: number): History {
    return historyOf(this.events().filter(({ time, type }) => time <= ms * 1e6 && type !== 'end'));
  }
}

/** The same history without its end and inventory. */
export function withoutEnd(history: History): History {
  return historyOf(history.events.slice(0, -1));
}

/**
 * A failover as it should be: a is killed at 2000, declared at 2400, b is primary in term 2 from 2600 and
 * acknowledges from 2700 on. Writes every 10 ms from 0 to 5000, each on the primary of the time.
 */
export function failover(drill: Partial<DrillFile> = {}): Building {
  const run = new Building({ steps: [{ kill: 'a' }], ...drill });
  run.phase(0, 'up').phase(10, 'steady').phase(1000, 'steps');
  run.at(1000, { type: 'step', step: 1, text: 'kill a' });
  run.role(0, 'a', 'primary', { term: 1 });
  run.writes(20, 2000, 10);
  run.fault(1999, { effective: 2000 });
  run.writes(2000, 2700, 10, { type: 'info', took: 300 });
  run.supervisor(2400, 'declared', 'a').supervisor(2410, 'fencing', 'a').supervisor(2450, 'fenced', 'a');
  run
    .supervisor(2500, 'sealed', 'b', 2)
    .supervisor(2550, 'promoting', 'b', 2)
    .supervisor(2600, 'promoted', 'b', 2);
  run.role(2600, 'b', 'primary', { term: 2 });
  run.writes(2700, 5000, 10, { by: 'b', term: 2 });
  run.phase(5100, 'final reads');
  run.read(5110, 'b4990', { by: 'b', term: 2, client: 'final' });
  run.phase(5200, 'down');
  return run;
}
