/**
 * The Redis nodes as a supervisor has them: each is asked at every interval, and what it says goes to the machine as
 * that node's heartbeat; what the machine tells the node becomes orders. The in-sync set is the supervisors' to watch.
 */
import type { Clock } from '../../clock.js';
import type { Configuration } from '../../reference/configuration.js';
import type { Happening } from '../../reference/effect.js';
import type { HandOver, Message } from '../../reference/message.js';
import type { Settings } from '../../reference/settings.js';
import type { Way } from '../../reference/shell.js';
import { DISK, heartbeatOf, ordersFor, QUESTIONS, type Seen, seenIn } from './orders.js';
import { type Command, RedisClient } from './resp.js';

/** How soon a node is asked again while a hand-over waits for the last writes to reach the heir, ms. */
const SOON = 5;

export interface NodesSetting {
  settings: Settings;
  clock: Clock;
  dispatch(happening: Happening): void;
  /** Where each node dials the others, `host:port`. */
  routes: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export class RedisNodes {
  readonly #setting: NodesSetting;
  readonly #nodes = new Map<string, RedisNode>();
  /** Since when each standby has been without its master, ms of the clock. */
  readonly #apartSince = new Map<string, number>();
  /** Since when the in-sync set has not been what it should be. */
  #wrongSince: number | undefined;

  constructor(setting: NodesSetting) {
    this.#setting = setting;
  }

  /** The way to a node: what is sent there are orders. */
  node(name: string, address: { host: string; port: number }): Way {
    const node = new RedisNode(name, address, this.#setting, {
      seen: (other) => this.#nodes.get(other)?.seen,
      ask: (other) => void this.#nodes.get(other)?.ask(),
      onSeen: () => this.#review(name),
    });
    this.#nodes.set(name, node);
    return node;
  }

  /** The primary has just answered: who of the others has all that it has? */
  #review(name: string): void {
    const { settings, clock, dispatch } = this.#setting;
    const configuration = this.#nodes.get(name)?.configuration;
    if (!configuration?.active || configuration.primary !== name) return;
    const now = clock.now();
    const { term, version, inSync } = configuration;
    const wanted = settings.nodes.filter((node) => node === name || this.#isInSync(node, configuration, now));
    if (wanted.length === inSync.length && wanted.every((node) => inSync.includes(node))) {
      this.#wrongSince = undefined;
      return;
    }
    this.#wrongSince ??= now;
    // One asks, and the next ones only where that comes to nothing.
    const patience = settings.supervisors.indexOf(settings.name) * settings.detect.timeout;
    if (now - this.#wrongSince < patience) return;
    const disks = Object.fromEntries(wanted.map((node) => [node, DISK]));
    dispatch({
      type: 'message',
      message: { type: 'members', from: name, term, version, inSync: wanted, disks },
    });
  }

  /** One that is apart from a primary that answers stays in the set for the time-out: after that it may have missed writes. */
  #isInSync(name: string, { primary, inSync }: Configuration, now: number): boolean {
    const { settings, routes } = this.#setting;
    const seen = this.#nodes.get(name)?.seen;
    const isFresh = seen !== undefined && now - seen.at <= settings.detect.timeout;
    if (isFresh && seen.isLinked && seen.master === routes[name]?.[primary]) {
      this.#apartSince.delete(name);
      return true;
    }
    const since = this.#apartSince.get(name) ?? now;
    this.#apartSince.set(name, since);
    return inSync.includes(name) && now - since <= settings.detect.timeout;
  }
}

interface Others {
  /** What another node said last. */
  seen(node: string): (Seen & { at: number }) | undefined;
  ask(node: string): void;
  onSeen(): void;
}

class RedisNode implements Way {
  readonly #name: string;
  readonly #setting: NodesSetting;
  readonly #others: Others;
  readonly #client: RedisClient;
  /** What it said last, and when it was asked, ms of the clock. */
  seen: (Seen & { at: number }) | undefined;
  /** The latest that the machine told it. */
  configuration: Configuration | undefined;
  #begun: number | undefined;
  #handOver: { to: string; term: number; until: number; pausedAt: number } | undefined;
  #asking = false;

  constructor(name: string, address: { host: string; port: number }, setting: NodesSetting, others: Others) {
    this.#name = name;
    this.#setting = setting;
    this.#others = others;
    this.#client = new RedisClient(address);
    this.#askAgain(0);
  }

  send(message: Message): void {
    if (message.type === 'hand-over') this.#beginHandOver(message);
    else if (message.type === 'begin') {
      this.#begun = message.term;
      void this.ask();
    } else if (message.type === 'renewal' || message.type === 'decided') {
      const before = this.configuration;
      const { configuration } = message;
      if (before && configuration.version === before.version && configuration.term === before.term) return;
      this.configuration = configuration;
      void this.ask();
    }
  }

  #askAgain(after: number): void {
    const { clock, settings } = this.#setting;
    clock.timer(after, () => {
      void this.ask();
      this.#askAgain(settings.detect.interval);
    });
  }

  /** Asks it, gives the orders that follow, and tells the machine. */
  async ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const { clock } = this.#setting;
    const at = clock.now();
    const replies = await this.#exchange(QUESTIONS);
    let ordered = false;
    try {
      if (replies) {
        this.seen = { ...seenIn(replies), at };
        ordered = await this.#order(this.seen);
        this.#tell(this.seen);
      }
    } catch {
      // It loads its data, or is no Redis that may be asked: as good as silent.
    }
    this.#asking = false;
    if (ordered || this.#handOver) clock.timer(SOON, () => void this.ask());
  }

  #tell(seen: Seen & { at: number }): void {
    const { settings, dispatch } = this.#setting;
    const { configuration } = this;
    const situation = { name: this.#name, nodes: settings.nodes, seen, configuration };
    dispatch({ type: 'message', message: heartbeatOf(situation, this.#begun, seen.at) });
    this.#others.onSeen();
  }

  /** Whether something was ordered. */
  async #order(seen: Seen & { at: number }): Promise<boolean> {
    const { settings, routes } = this.#setting;
    const { configuration } = this;
    if (!configuration) return false;
    const name = this.#name;
    const heir = await this.#heir(seen, configuration);
    const dial = (node: string) => routes[name]?.[node] ?? '';
    const situation = { name, nodes: settings.nodes, seen, configuration, heir, dial };
    const orders = ordersFor(situation);
    if (orders.length > 0) await this.#exchange(orders);
    return orders.length > 0;
  }

  #beginHandOver({ to, term }: HandOver): void {
    if (this.#handOver?.term === term) return;
    const until = this.#setting.clock.now() + 3 * this.#setting.settings.detect.timeout;
    this.#handOver = { to, term, until, pausedAt: Number.POSITIVE_INFINITY };
    void this.ask();
  }

  /** Who is to take over, once it has all that there is; clients wait meanwhile. */
  async #heir(seen: Seen & { at: number }, { term, primary }: Configuration): Promise<string | undefined> {
    const asked = this.#handOver;
    if (!asked) return undefined;
    const { clock } = this.#setting;
    const now = clock.now();
    if (asked.term !== term || primary !== this.#name || !seen.isMaster || now > asked.until) {
      this.#handOver = undefined;
      if (seen.isMaster) await this.#exchange([['CLIENT', 'UNPAUSE']]);
      return undefined;
    }
    if (asked.pausedAt > now) {
      // Longer than the hand-over may take: it is ended by an order, never by the time.
      const pause: Command = ['CLIENT', 'PAUSE', Math.ceil(2 * (asked.until - now)), 'WRITE'];
      if (await this.#exchange([pause])) asked.pausedAt = clock.now();
      return undefined;
    }
    this.#others.ask(asked.to);
    const heir = this.#others.seen(asked.to);
    const isWhole = heir && heir.at > asked.pausedAt && seen.at > asked.pausedAt && heir.isLinked;
    return isWhole && heir.offset >= seen.offset ? asked.to : undefined;
  }

  async #exchange(commands: readonly Command[]) {
    const { clock, settings } = this.#setting;
    const ending = new AbortController();
    const timer = clock.timer(settings.detect.timeout, () => ending.abort());
    const result = await this.#client.exchange(commands, ending.signal);
    timer.cancel();
    return result.kind === 'replies' ? result.replies : undefined;
  }
}
