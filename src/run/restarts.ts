/**
 * Starts nodes again that have crashed, as their `restart:` says. What was stopped or fenced, has no power, or was killed
 * to stay down is started by nothing but the drill; so is what was killed and a later step starts again.
 */
import type { Clock, Timer } from '../clock.js';
import { isRestartedFrom } from '../drill/restarted-later.js';
import type { Drill } from '../drill/schema.js';
import { type Ends, NO_ENDS, oneMoreEnd, restartsAfter } from '../topology/restart-policy.js';
import type { Present } from './present.js';
import type { Recorder } from './recorder.js';

export interface RestartsSetting {
  clock: Clock;
  recorder: Recorder;
  drill: Pick<Drill, 'steps' | 'topology'>;
  present: Pick<Present, 'isRunning'>;
  /** Resolves when every fault that hits a node was looked at: a killed one that is back by then would not be seen dead. */
  witnessedOf(node: string): Promise<void>;
  start(node: string, why: string): Promise<void>;
}

export class Restarts {
  readonly #setting: RestartsSetting;
  readonly #ends = new Map<string, Ends>();
  /** When each was started last, ms of the clock. */
  readonly #begun = new Map<string, number>();
  readonly #keptDown = new Set<string>();
  readonly #waiting = new Map<string, Timer>();
  #isStopped = false;

  constructor(setting: RestartsSetting) {
    this.#setting = setting;
    const { clock, recorder } = setting;
    recorder.subscribe((event) => {
      if (event.type !== 'node') return;
      const { node, detail = '' } = event;
      if (event.event === 'exited') this.#plan(node, detail);
      if (event.event !== 'starting') return;
      this.#begun.set(node, clock.now());
      this.#keptDown.delete(node);
    });
  }

  /** A fault or a fence is about to end these nodes, or has. `crashed`: as they might end by themselves. */
  ended(nodes: readonly string[], { crashed }: { crashed: boolean }): void {
    const { drill, recorder } = this.#setting;
    const begun = recorder.events.findLast((event) => event.type === 'step');
    const place = begun?.type === 'step' ? begun.step - 1 : 0;
    for (const node of nodes) if (!crashed || isRestartedFrom(place, node, drill)) this.#keptDown.add(node);
  }

  /** Whether a node that has ended will be started again by itself. */
  awaits(node: string): boolean {
    return this.#waiting.has(node) && !this.#keptDown.has(node);
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#waiting.values()) timer.cancel();
  }

  #plan(node: string, detail: string): void {
    const { clock, drill } = this.#setting;
    const life = clock.now() - (this.#begun.get(node) ?? clock.now());
    const ends = oneMoreEnd(this.#ends.get(node) ?? NO_ENDS, detail, life);
    this.#ends.set(node, ends);
    const policy = drill.topology.nodes[node]?.restart;
    if (this.#isStopped || !restartsAfter(policy, ends)) return;
    const again = () => void this.#again(node, `restart: ${policy}`);
    this.#waiting.set(node, clock.timer(ends.delay, again));
  }

  async #again(node: string, why: string): Promise<void> {
    const { present, start, witnessedOf } = this.#setting;
    await witnessedOf(node);
    this.#waiting.delete(node);
    if (this.#isStopped || this.#keptDown.has(node) || present.isRunning(node)) return;
    // That it could not be started shows: it stays down.
    await start(node, why).catch(() => undefined);
  }
}
