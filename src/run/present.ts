/** The present view of a topology: who is primary, who is in sync, who is down, as far as it was seen. */
import type { Clock } from '../clock.js';
import { isMember, type NodeDeclaration } from '../drill/topology.js';
import type { Role } from '../history/event.js';
import { NO_ENDS, restartsAfter } from '../topology/restart-policy.js';
import type { TopologyView } from '../topology/selector.js';

/** What was last seen of a node. */
export interface Seen {
  /** What it says of itself; unknown where it does not answer, or did not yet. */
  role: Role;
  /** What it said last since it was started, though it may be silent by now. */
  told?: Role | undefined;
  /** When it first said that it is primary, after it had said otherwise or was started; on the clock, ms. */
  since: number;
  term: number;
  inSync: boolean;
  /** Whether it was in sync since it was started. */
  caughtUp?: boolean;
  running: boolean;
  paused: boolean;
  /** Whether it has done its work, so that nobody waits for it any more. */
  done?: boolean;
  accepted?: number | undefined;
  until?: number | undefined;
}

export interface PresentSetting {
  clock: Clock;
  nodes: Readonly<Record<string, NodeDeclaration>>;
  supervisors: readonly string[];
  groups: readonly string[];
}

export class Present {
  readonly #setting: PresentSetting;
  readonly #seen = new Map<string, Seen>();

  constructor(setting: PresentSetting) {
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
      const { role, running, term, since } = this.of(node);
      if (role !== 'primary' || !running) continue;
      if (!best || term > best.term || (term === best.term && since > best.since))
        best = { node, term, since };
    }
    return best && { node: best.node, term: best.term };
  }

  /** Why the service is not whole: empty when one node is primary and all others are in sync with it. */
  lacking(): string[] {
    const primaries = this.members().filter((node) => this.of(node).role === 'primary');
    const lacking =
      primaries.length === 1 ? [] : [`${primaries.length === 0 ? 'no' : primaries.join(' and ')} primary`];
    for (const node of this.members()) {
      const seen = this.of(node);
      if (!seen.running) lacking.push(`${node} is down`);
      else if (seen.paused) lacking.push(`${node} is paused`);
      else if (seen.role === 'unknown') lacking.push(`${node} does not answer`);
      else if (seen.role === 'standby' && !this.#follows(seen)) lacking.push(`${node} is not in sync`);
      else if (!seen.inSync) lacking.push(`${node} is not ready`);
    }
    const dependencies = Object.keys(this.#setting.nodes).filter((node) => !this.members().includes(node));
    const down = this.down();
    lacking.push(...dependencies.filter((node) => down.includes(node)).map((node) => `${node} is down`));
    return lacking;
  }

  /** The nodes for which it is not whole; where it is the roles that do not fit, the first of all. */
  missing(): string[] {
    const missing = this.members().filter((node) => {
      const seen = this.of(node);
      return !seen.running || seen.role === 'unknown' || (seen.role === 'standby' && !this.#follows(seen));
    });
    return missing.length > 0 ? missing : this.members().slice(0, 1);
  }

  /** A standby that has not heard of the primary's term yet may believe that it is in sync with the one before. */
  #follows(standby: Seen): boolean {
    return standby.inSync && standby.term === (this.primary()?.term ?? standby.term);
  }

  /** The standbys that run and answer, and are not in sync. */
  behind(): string[] {
    return this.members().filter((node) => {
      const seen = this.of(node);
      return seen.running && seen.role === 'standby' && !seen.inSync;
    });
  }

  isRunning(node: string): boolean {
    return this.of(node).running;
  }

  /** Nodes and supervisors whose process has ended before its work was done. */
  down(): string[] {
    return [...this.#seen].filter(([, { running, done }]) => !running && !done).map(([node]) => node);
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
    const { running, told } = this.of(name);
    return running && told !== 'primary' ? { role: 'standby' } : {};
  }

  /** The role that the drill file gives a node. */
  given(node: string): 'primary' | 'standby' {
    return this.#setting.nodes[node]?.role === 'primary' ? 'primary' : 'standby';
  }

  started(node: string): void {
    const afresh = {
      running: true,
      paused: false,
      role: 'unknown',
      told: undefined,
      inSync: false,
      done: false,
    } as const;
    this.of(node).caughtUp = false;
    Object.assign(this.of(node), afresh);
  }

  /** `isWell`: by itself, and without an error. Of what no client dials and nobody starts again, that was its work. */
  exited(node: string, isWell: boolean): void {
    const given = this.#setting.nodes[node];
    const done = isWell && given !== undefined && !isMember(given) && !restartsAfter(given.restart, NO_ENDS);
    Object.assign(this.of(node), { running: false, paused: false, role: 'unknown', inSync: false, done });
  }

  paused(node: string, paused: boolean): void {
    this.of(node).paused = paused;
  }

  /** Takes down what a node says of itself, or that it says nothing. */
  hear(node: string, said: Pick<Seen, 'role'> & Partial<Seen>): void {
    const seen = this.of(node);
    const { role } = said;
    if (role === 'primary' && seen.told !== 'primary') seen.since = this.#setting.clock.now();
    Object.assign(seen, said, role === 'unknown' ? {} : { told: role });
    if (seen.inSync) seen.caughtUp = true;
  }

  of(node: string): Seen {
    const seen = this.#seen.get(node);
    if (!seen) throw new RangeError(`no such node: ${node}`);
    return seen;
  }
}
