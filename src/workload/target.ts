/**
 * Where a client group sends its operations. A pinned group has one node. A group that follows the primary
 * keeps a belief, as a connection pool that tracks healthy servers does: an answer that names another primary
 * moves it at once; when answers fail or stay away it asks all nodes over its own links until one says that it
 * is primary.
 */
import { type Clock, type Timer, within } from '../clock.js';
import type { Outcome, RoleAsker } from '../system/system.js';

export interface Target {
  /** The node for the next operation. */
  node(): string;
  /** What became of an operation that was sent to `node`. */
  learn(node: string, outcome: Outcome): void;
  stop(): void;
}

export function pinned(node: string): Target {
  return { node: () => node, learn() {}, stop() {} };
}

export interface FollowSetting {
  clock: Clock;
  nodes: readonly string[];
  /** The first belief. */
  first: string;
  /** Who asks a node for its role over the group's link to it; undefined where the system cannot tell. */
  asker: ((node: string) => RoleAsker) | undefined;
  /** How often the pool looks whether answers stay away, and a node that answers is asked again at most, ms. */
  every?: number;
  again?: number;
  /** How long a target may owe every answer before the pool asks around, and a node one before it is asked again, ms. */
  patience?: number;
  /** How long an answer may take to be heard, ms: over a slow link it comes late, and is an answer still. */
  timeout: number;
}

/** A target that follows the primary. */
export function following(setting: FollowSetting): Target {
  return new Following(setting);
}

class Following implements Target {
  readonly #setting: FollowSetting;
  /** When each was last asked, and whether it owes the answer. */
  readonly #asked = new Map<string, { at: number; owed: boolean }>();
  readonly #askers = new Map<string, RoleAsker>();
  readonly #every: number;
  readonly #again: number;
  readonly #patience: number;
  #belief: string;
  #term = 0;
  /** When the oldest operation was sent that its target has not answered since; undefined when none is owed. */
  #owedSince: number | undefined;
  #suspect = false;
  #timer: Timer | undefined;

  constructor(setting: FollowSetting) {
    this.#setting = setting;
    this.#belief = setting.first;
    this.#every = setting.every ?? 5;
    this.#again = setting.again ?? 25;
    this.#patience = setting.patience ?? 100;
    this.#watch();
  }

  node(): string {
    this.#owedSince ??= this.#setting.clock.now();
    return this.#belief;
  }

  learn(node: string, outcome: Outcome): void {
    if (node !== this.#belief) return;
    if (outcome.type === 'ok' || (outcome.type === 'fail' && outcome.mismatch)) {
      this.#owedSince = undefined;
      this.#suspect = false;
      if (outcome.type === 'ok' && outcome.term !== undefined)
        this.#term = Math.max(this.#term, outcome.term);
    } else if (outcome.type === 'fail' && outcome.primary && this.#setting.nodes.includes(outcome.primary)) {
      this.#move(outcome.primary);
    } else {
      this.#suspect = true;
      // Without a role to ask for, the next node is as good a guess as any.
      if (!this.#setting.asker) this.#move(this.#next());
    }
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const asker of this.#askers.values()) asker.close();
  }

  #watch(): void {
    this.#timer = this.#setting.clock.timer(this.#every, () => {
      const owed =
        this.#owedSince !== undefined && this.#setting.clock.now() - this.#owedSince > this.#patience;
      if (this.#suspect || owed) this.#askAround();
      this.#watch();
    });
  }

  /** Asks every node that was not asked just now. More often would be a load of its own, in the midst of a failover. */
  #askAround(): void {
    const { clock, nodes } = this.#setting;
    for (const node of nodes) {
      const { at, owed } = this.#asked.get(node) ?? { at: Number.NEGATIVE_INFINITY, owed: false };
      if (clock.now() - at >= (owed ? this.#patience : this.#again)) void this.#ask(node);
    }
  }

  async #ask(node: string): Promise<void> {
    const { asker: askerOf, clock, timeout } = this.#setting;
    if (!askerOf) return;
    const asker = this.#askers.get(node) ?? askerOf(node);
    this.#askers.set(node, asker);
    const asked = { at: clock.now(), owed: true };
    this.#asked.set(node, asked);
    const answer = await within(clock, timeout, `the role of ${node}`, (signal) => asker.role(signal)).catch(
      () => undefined,
    );
    asked.owed = false;
    if (answer?.role === 'primary' && (answer.term ?? 0) >= this.#term && this.#timer) {
      this.#term = answer.term ?? this.#term;
      this.#move(node);
    }
  }

  #move(node: string): void {
    if (node === this.#belief) return;
    this.#belief = node;
    this.#suspect = false;
    this.#owedSince = undefined;
  }

  #next(): string {
    const { nodes } = this.#setting;
    return nodes[(nodes.indexOf(this.#belief) + 1) % nodes.length]!;
  }
}
