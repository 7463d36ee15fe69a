/**
 * A group of clients: drives a generator through connections to the nodes at the group's rate and writes every
 * operation to the history. A group follows the primary or is pinned to one node.
 *
 *     schedule -> generator -> process number -> connection to the believed primary -> outcome -> history
 *
 * Time-outs, lost connections and whatever a connection throws are `info`: the operation may have happened. A
 * process whose operation is in doubt is never used again, so that a process has at most one operation at a time.
 */
import type { Clock } from '../clock.js';
import type { ClientGroup } from '../drill/schema.js';
import { messageOf } from '../errors.js';
import type { CompletionEvent, EventBody } from '../history/event.js';
import { isAnswered } from '../history/operation-type.js';
import type { Connection, Operation, Outcome } from '../system/system.js';
import { type Schedule, schedule } from './schedule.js';
import type { Target } from './target.js';
import type { Generator } from './workload.js';

/** Process numbers of one run: free ones are used again, those in doubt are not. */
export interface Processes {
  take(): number;
  release(process: number): void;
}

export function processes(): Processes {
  const free: number[] = [];
  let next = 0;
  return { take: () => free.pop() ?? next++, release: (process) => free.push(process) };
}

/**
 * How many operations of all groups of a run may be under way at once, and how many of a group may be due and wait. One
 * takes about 10 kB: a rate that no machine keeps up with must not end in a heap that overflows.
 */
const MOST_UNDER_WAY = 20_000;
const MOST_WAITING = 20_000;

/** Room for operations that are under way: `take` gives false where there is none. */
export interface Room {
  take(): boolean;
  release(): void;
}

export function room(most = MOST_UNDER_WAY): Room {
  let taken = 0;
  return {
    take() {
      if (taken === most) return false;
      taken += 1;
      return true;
    },
    release() {
      taken -= 1;
    },
  };
}

export interface GroupSetting {
  name: string;
  spec: ClientGroup;
  clock: Clock;
  generator: Generator;
  processes: Processes;
  room: Room;
  /** Told that the operation that was due at an instant, and all after it, cannot be sent; the group begins no more. */
  onFull(since: number): void;
  /** Told what the generator threw; the group begins no more. */
  onBroken(error: unknown): void;
  target: Target;
  /** Opens a connection to a node over this group's link to it. */
  connect(node: string): Connection;
  /** Writes an event to the history; `intended` and `at` in ms of the clock. */
  record(body: EventBody, times?: { intended?: number }): void;
}

export class RunningGroup {
  readonly #setting: GroupSetting;
  readonly #connections: Map<string, Connection>[];
  readonly #inFlight = new Set<Promise<void>>();
  #schedule: Schedule | undefined;
  #isBroken = false;

  constructor(setting: GroupSetting) {
    this.#setting = setting;
    this.#connections = Array.from({ length: setting.spec.count }, () => new Map());
  }

  start(): void {
    const { clock, spec, room, onFull } = this.#setting;
    this.#schedule = schedule(clock, spec.rate, (intended, sequence) => {
      if (this.#isBroken) return false;
      const waiting = ((clock.now() - intended) * spec.rate) / 1000;
      if (waiting > MOST_WAITING || !room.take()) {
        onFull(intended);
        return false;
      }
      const operation = this.#run(intended, sequence % spec.count).finally(() => {
        room.release();
        this.#inFlight.delete(operation);
      });
      this.#inFlight.add(operation);
      return true;
    });
  }

  /** Begins no more operations and waits for those under way, each of which ends within the group's time-out. */
  async stop(): Promise<void> {
    this.#schedule?.stop();
    await Promise.all(this.#inFlight);
    this.#close();
  }

  /** Begins no more operations and loses those under way. */
  abandon(): void {
    this.#schedule?.stop();
    this.#close();
  }

  #close(): void {
    for (const client of this.#connections) for (const connection of client.values()) connection.close();
  }

  async #run(intended: number, client: number): Promise<void> {
    const { name, target, generator, processes, record } = this.#setting;
    const operation = this.#part(() => generator.next());
    if (operation === undefined) return;
    const node = target.node();
    const process = processes.take();
    const common = { process, f: operation.f, key: operation.key, client: name };
    record({ type: 'invoke', ...common, value: operation.value, node }, { intended });
    const outcome = await this.#perform(operation, client, node);
    record(completionOf(common, operation, outcome, node));
    this.#part(() => generator.learn?.(operation, outcome));
    if (outcome.type !== 'info') processes.release(process);
    target.learn(node, outcome);
  }

  /** What a generator does, which may be anybody's: where it throws, the group ends. */
  #part<Result>(work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      this.#isBroken = true;
      this.#setting.onBroken(error);
      return undefined;
    }
  }

  #connection(client: number, node: string): Connection {
    const connections = this.#connections[client]!;
    let connection = connections.get(node);
    if (!connection) {
      connection = this.#setting.connect(node);
      connections.set(node, connection);
    }
    return connection;
  }

  /** Never rejects: an operation that throws may have been done before it threw, so it is in doubt. */
  async #perform(operation: Operation, client: number, node: string): Promise<Outcome> {
    const { clock, spec } = this.#setting;
    const controller = new AbortController();
    const timer = clock.timer(spec.timeout, () => controller.abort());
    try {
      const connection = this.#connection(client, node);
      return await connection.invoke(operation, controller.signal);
    } catch (error) {
      return { type: 'info', error: messageOf(error) };
    } finally {
      timer.cancel();
    }
  }
}

function completionOf(
  common: Pick<CompletionEvent, 'process' | 'f' | 'key'> & { client: string },
  operation: Operation,
  outcome: Outcome,
  node: string,
): CompletionEvent {
  if (outcome.type !== 'ok') {
    const { type, error } = outcome;
    const mismatch = type === 'fail' && outcome.mismatch ? { mismatch: true as const } : {};
    return { type, ...common, value: operation.value, node, error, ...mismatch };
  }
  return {
    type: 'ok',
    ...common,
    value: isAnswered(operation.f) ? outcome.value : operation.value,
    node: outcome.node ?? node,
    ...(outcome.term === undefined ? {} : { term: outcome.term }),
  };
}
