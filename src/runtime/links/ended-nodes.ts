/**
 * Where a process has ended, nobody accepts: the links to its node refuse from then on, as the node's own host would; where
 * the host has lost its power, they give no answer. They are open again before the node is started. Without this, a proxy
 * would accept for it, and close.
 */
import type { Link } from '../../topology/links.js';
import { Turns } from '../../turns.js';
import type { StatefulLinks } from './links.js';

interface EndedNodesSetting {
  /** Those that lead to the host itself refuse without any help. */
  refusing: { acting: Pick<StatefulLinks, 'apply'>; links: readonly Link[] };
  /** All of them; what the others do is healed by these, too. */
  silencing: { acting: Pick<StatefulLinks, 'apply' | 'heal'>; links: readonly Link[] };
  running(node: string): Promise<boolean>;
}

export class EndedNodes {
  readonly #setting: EndedNodesSetting;
  /** Of each node that has ended once: so its links end as the last event has it. */
  readonly #turns = new Map<string, Turns>();
  /** The nodes without power. */
  readonly #dark = new Set<string>();

  constructor(setting: EndedNodesSetting) {
    this.#setting = setting;
  }

  /** These are about to lose their power. */
  losePower(nodes: readonly string[]): void {
    for (const node of nodes) this.#dark.add(node);
  }

  /** Never rejects: that a server is gone is told by whoever watches it. */
  ended(node: string): void {
    const { refusing, silencing, running } = this.#setting;
    const turns = this.#turns.get(node) ?? new Turns();
    this.#turns.set(node, turns);
    const refused = turns.next(async () => {
      // An end may be told after the next beginning.
      if (await running(node)) return;
      const isDark = this.#dark.has(node);
      const { acting, links } = isDark ? silencing : refusing;
      const cuts = links
        .filter(({ to }) => to === node)
        .map(({ name }) => ({ link: name, streams: ['upstream' as const, 'downstream' as const] }));
      await acting.apply(nameOf(node), { mode: isDark ? 'drop' : 'refuse', cuts });
    });
    refused.catch(() => undefined);
  }

  /** Resolves once the node's links accept; undefined where they never did anything else. */
  starting(node: string): Promise<void> | undefined {
    return this.#turns.get(node)?.next(async () => {
      this.#dark.delete(node);
      await this.#setting.silencing.acting.heal(nameOf(node));
    });
  }
}

/** In the place of a fault's name. */
function nameOf(node: string): string {
  return `ended-${node}`;
}
