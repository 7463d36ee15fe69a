/**
 * Where a process has ended, nobody accepts: the links to its node refuse from then on, as the node's own host would, and
 * are open again before the node is started. Without this, a proxy would accept for it, and close.
 */
import type { Link } from '../../topology/links.js';
import type { StatefulLinks } from './links.js';

interface EndedNodesSetting {
  links: Pick<StatefulLinks, 'apply' | 'heal'>;
  /** The links that proxies carry: others lead to the node's host itself. */
  proxied: readonly Link[];
  running(node: string): Promise<boolean>;
}

export class EndedNodes {
  readonly #setting: EndedNodesSetting;
  /** What is under way for each node: one at a time, so that it ends as the last event has it. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(setting: EndedNodesSetting) {
    this.#setting = setting;
  }

  /** Never rejects: that a server is gone is told by whoever watches it. */
  ended(node: string): void {
    const { links, proxied, running } = this.#setting;
    void this.#next(node, async () => {
      // An end may be told after the next beginning.
      if (await running(node)) return;
      const cuts = proxied
        .filter(({ to }) => to === node)
        .map(({ name }) => ({ link: name, streams: ['upstream' as const, 'downstream' as const] }));
      await links.apply(nameOf(node), { mode: 'refuse', cuts });
    }).catch(() => undefined);
  }

  /** Resolves once the node's links accept; undefined where they never did anything else. */
  starting(node: string): Promise<void> | undefined {
    if (!this.#turns.has(node)) return undefined;
    return this.#next(node, async () => void (await this.#setting.links.heal(nameOf(node))));
  }

  #next(node: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(node) ?? Promise.resolve()).catch(() => undefined).then(work);
    this.#turns.set(node, turn);
    return turn;
  }
}

/** In the place of a fault's name. */
function nameOf(node: string): string {
  return `ended ${node}`;
}
