/**
 * The observer: looks at the nodes beside the links (a role probe at a fixed rate, the events in their logs),
 * writes what it sees to the history and keeps the present view: who is primary, who is in sync, who is down.
 */
import { type Clock, sleep, type Timer, within } from '../clock.js';
import { isMember, type NodeDeclaration } from '../drill/topology.js';
import type { Role } from '../history/event.js';
import type { Address } from '../runtime/runtime.js';
import {
  greets,
  logsEvents,
  type RoleAnswer,
  type System,
  tellsHealth,
  tellsRole,
} from '../system/system.js';
import type { TopologyView } from '../topology/selector.js';
import type { Recorder } from './recorder.js';

/** How often each node is asked for its role, and how long it has to answer, ms. */
const PROBE_EVERY = 50;
const PROBE_TIMEOUT = 250;

/** How much later than it is seen an end may be told, ms. */
const END_TOLD = 1000;

interface Seen {
  /** What it says of itself; unknown where it does not answer, or did not yet. */
  role: Role;
  /** What it said last since it was started, though it may be silent by now. */
  told?: Role | undefined;
  /** When it first said that it is primary, after it had said otherwise or was started; on the clock, ms. */
  since: number;
  term: number;
  inSync: boolean;
  running: boolean;
  paused: boolean;
  accepted?: number | undefined;
  until?: number | undefined;
}

export interface ObserverSetting {
  clock: Clock;
  system: System;
  recorder: Recorder;
  nodes: Readonly<Record<string, NodeDeclaration>>;
  supervisors: readonly string[];
  groups: readonly string[];
  observe(node: string): Address;
  /** Told of each greeting that was seen to arrive. */
  onArrival(token: string): void;
}

export class Observer {
  readonly #setting: ObserverSetting;
  readonly #seen = new Map<string, Seen>();
  readonly #asking = new Set<string>();
  #timer: Timer | undefined;
  #declared = 0;
  #isJudged = true;

  constructor(setting: ObserverSetting) {
    this.#setting = setting;
    for (const name of [...Object.keys(setting.nodes), ...setting.supervisors]) {
      this.#seen.set(name, {
        role: 'unknown',
        term: 0,
        since: 0,
        inSync: false,
        running: false,
        paused: false,
      });
    }
  }

  /** From here on nobody judges by what is seen: only what changes for people goes on record. */
  calm(): void {
    this.#isJudged = false;
  }

  start(): void {
    const { clock } = this.#setting;
    const round = () => {
      for (const node of this.members()) void this.#probe(node);
      this.#timer = clock.timer(PROBE_EVERY, round);
    };
    round();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** The nodes that serve (not the supervisors, not dependencies), in the order of the drill file. */
  members(): string[] {
    return Object.entries(this.#setting.nodes).flatMap(([name, node]) => (isMember(node) ? [name] : []));
  }

  /**
   * The primary with the highest term, among those that said so last; where terms do not tell, the one that became so
   * last, as the checkers have it.
   */
  primary(): { node: string; term: number } | undefined {
    let best: { node: string; term: number; since: number } | undefined;
    for (const node of this.members()) {
      const { role, running, term, since } = this.#of(node);
      if (role !== 'primary' || !running) continue;
      if (!best || term > best.term || (term === best.term && since > best.since))
        best = { node, term, since };
    }
    return best && { node: best.node, term: best.term };
  }

  /** Why the service is not whole: empty when one node is primary and all others are in sync with it. */
  lacking(): string[] {
    const primaries = this.members().filter((node) => this.#of(node).role === 'primary');
    const lacking =
      primaries.length === 1 ? [] : [`${primaries.length === 0 ? 'no' : primaries.join(' and ')} primary`];
    for (const node of this.members()) {
      const seen = this.#of(node);
      if (!seen.running) lacking.push(`${node} is not running`);
      else if (seen.role === 'unknown') lacking.push(`${node} does not answer`);
      else if (seen.role === 'standby' && !this.#follows(seen)) lacking.push(`${node} is not in sync`);
      else if (!seen.inSync) lacking.push(`${node} is not ready`);
    }
    const dependencies = Object.keys(this.#setting.nodes).filter((node) => !this.members().includes(node));
    for (const node of dependencies) if (!this.isRunning(node)) lacking.push(`${node} is not running`);
    return lacking;
  }

  /** The nodes for which it is not whole; where it is the roles that do not fit, the first of all. */
  missing(): string[] {
    const missing = this.members().filter((node) => {
      const seen = this.#of(node);
      return !seen.running || seen.role === 'unknown' || (seen.role === 'standby' && !this.#follows(seen));
    });
    return missing.length > 0 ? missing : this.members().slice(0, 1);
  }

  /** A standby that has not heard of the primary's term yet may believe that it is in sync with the one before. */
  #follows(standby: Seen): boolean {
    return standby.inSync && standby.term === (this.primary()?.term ?? standby.term);
  }

  /** How many declarations of failure were seen since the last fault. */
  get declaredSinceFault(): number {
    return this.#declared;
  }

  /** A fault is about to be injected: what was declared before is not about it. */
  onFault(): void {
    this.#declared = 0;
  }

  isRunning(node: string): boolean {
    return this.#of(node).running;
  }

  /** Nodes and supervisors whose process has ended. */
  down(): string[] {
    return [...this.#seen].filter(([, seen]) => !seen.running).map(([node]) => node);
  }

  view(): TopologyView {
    const { nodes, supervisors, groups } = this.#setting;
    const primary = this.primary()?.node;
    return {
      nodes: [
        ...Object.entries(nodes).map(([name, node]) => ({
          name,
          kind: 'node' as const,
          ...(isMember(node) ? this.#partOf(name, primary) : {}),
          tags: node.tags ?? [],
        })),
        ...supervisors.map((name) => ({ name, kind: 'supervisor' as const, tags: [] })),
        ...groups.map((name) => ({ name: `client:${name}`, kind: 'client' as const, tags: [] })),
      ],
      killed: this.down(),
      paused: [...this.#seen].filter(([, seen]) => seen.paused).map(([node]) => node),
    };
  }

  /**
   * The part that a member plays: none where it does not run, nor where it last said that it was primary and another
   * is (or nobody, while it is silent). Everyone else that runs is a standby, a silent one too: one answer that comes
   * late must not decide whom a fault hits.
   */
  #partOf(name: string, primary: string | undefined): { role?: 'primary' | 'standby' } {
    if (name === primary) return { role: 'primary' };
    const { running, told } = this.#of(name);
    return running && told !== 'primary' ? { role: 'standby' } : {};
  }

  /** Resolves once the end of a node has been heard of, or does not seem to be told at all. */
  async ended(node: string): Promise<void> {
    const { clock } = this.#setting;
    const end = clock.now() + END_TOLD;
    while (this.isRunning(node) && clock.now() < end) await sleep(clock, 1);
  }

  onStart(node: string): void {
    const afresh = { running: true, paused: false, role: 'unknown', told: undefined, inSync: false } as const;
    Object.assign(this.#of(node), afresh);
    this.#setting.recorder.record({ type: 'node', node, event: 'starting' });
  }

  onPause(node: string, paused: boolean): void {
    this.#of(node).paused = paused;
  }

  onExit(node: string, detail: string, at: number): void {
    Object.assign(this.#of(node), { running: false, paused: false, role: 'unknown', inSync: false });
    this.#setting.recorder.record({ type: 'node', node, event: 'exited', detail }, { at });
  }

  onLine(node: string, line: string): void {
    const { system, recorder } = this.#setting;
    const token = greets(system) ? system.arrivalOf?.(line) : undefined;
    if (token !== undefined) {
      this.#setting.onArrival(token);
      return;
    }
    const logged = logsEvents(system) ? system.eventOf(node, line) : undefined;
    if (!logged) return;
    const { body } = logged;
    if (body.type === 'supervisor' && body.event === 'declared') this.#declared += 1;
    if (body.type === 'role') {
      const seen = this.#of(body.node);
      this.#hear(seen, body.role);
      seen.term = body.term ?? seen.term;
      // Where nobody can be asked, a node that says what it is counts as in sync.
      if (!tellsRole(system)) seen.inSync = true;
    }
    recorder.record(body, { at: logged.at, until: logged.until });
  }

  async #probe(node: string): Promise<void> {
    const { system, clock } = this.#setting;
    if (this.#asking.has(node) || !this.#of(node).running) return;
    const asked = clock.now();
    if (tellsRole(system)) {
      const answer = await this.#ask(node, (address, signal) => system.role(address, signal));
      if (this.#timer && this.#of(node).running) this.#note(node, answer, asked);
    } else if (tellsHealth(system)) {
      const serves = await this.#ask(node, async (address, signal) => {
        await system.healthy(address, signal);
        return true;
      });
      if (this.#timer && this.#of(node).running) this.#assume(node, serves ?? false);
    } else if (!logsEvents(system)) this.#assume(node, true);
  }

  /** Undefined where there is no answer, or not in time. */
  async #ask<Answer>(
    node: string,
    question: (address: Address, signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const { clock, observe } = this.#setting;
    this.#asking.add(node);
    const answer = await within(clock, PROBE_TIMEOUT, `${node}'s word of itself`, (signal) =>
      question(observe(node), signal),
    ).catch(() => undefined);
    this.#asking.delete(node);
    return answer;
  }

  /** Where nobody tells a role, a node has the one that it was given since it first served; that is nobody's claim. */
  #assume(node: string, serves: boolean): void {
    const seen = this.#of(node);
    seen.inSync = serves;
    if (!serves || seen.role !== 'unknown') return;
    this.#hear(seen, this.#setting.nodes[node]?.role === 'primary' ? 'primary' : 'standby');
    this.#setting.recorder.record({ type: 'node', node, event: 'running' });
  }

  /**
   * What was not so before goes to the history, and each word of a primary, new or not: only the last one before its
   * end shows how long a claim held at least. A standby that says the same again, or one that is silent still, adds
   * nothing; nor do a counter and a lease that move on, where nobody judges by them.
   */
  #note(node: string, answer: RoleAnswer | undefined, asked: number): void {
    const seen = this.#of(node);
    const now: Pick<Seen, 'role'> & Partial<Seen> = answer
      ? {
          role: answer.role,
          term: answer.term ?? seen.term,
          inSync: answer.role === 'primary' || (answer.inSync ?? true),
          accepted: answer.accepted,
          until: answer.until,
        }
      : { role: 'unknown', inSync: false };
    const kept = Object.keys(now).filter((key) => this.#isJudged || !['accepted', 'until'].includes(key));
    const changed = kept.some((key) => seen[key as keyof Seen] !== now[key as keyof Seen]);
    const becameInSync = now.inSync && !seen.inSync && now.role === 'standby';
    this.#hear(seen, now.role);
    Object.assign(seen, now);
    if (!changed && !(this.#isJudged && answer?.role === 'primary')) return;
    const { recorder } = this.#setting;
    recorder.record(
      {
        type: 'role',
        node,
        role: seen.role,
        source: 'probe',
        ...(answer?.term === undefined ? {} : { term: answer.term }),
        ...(answer?.accepted === undefined ? {} : { accepted: answer.accepted }),
      },
      // The answer was true somewhere between question and answer: from `at` to the `time` of the event.
      { at: answer && asked, until: answer?.until },
    );
    if (becameInSync) recorder.record({ type: 'node', node, event: 'in-sync' });
  }

  /** Takes down what a node says of itself, or that it says nothing. */
  #hear(seen: Seen, role: Role): void {
    seen.role = role;
    if (role === 'unknown') return;
    if (role === 'primary' && seen.told !== 'primary') seen.since = this.#setting.clock.now();
    seen.told = role;
  }

  #of(node: string): Seen {
    const seen = this.#seen.get(node);
    if (!seen) throw new RangeError(`no such node: ${node}`);
    return seen;
  }
}
