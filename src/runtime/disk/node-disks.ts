/** The disks of the nodes of one run that may lose their power. */
import { join } from 'node:path';
import { allEnded } from '../../all-ended.js';
import type { Clock } from '../../clock.js';
import { unknown } from '../../errors.js';
import { type Part, type Span, spanOf } from '../../span.js';
import type { RunFolder } from '../reaper/run-folder.js';
import { Disk } from './disk.js';

export class NodeDisks {
  readonly #folder: RunFolder;
  readonly #disks: ReadonlyMap<string, Disk>;

  /** Each is seen at its node's data folder. */
  constructor(nodes: readonly string[], folder: RunFolder) {
    this.#folder = folder;
    const images = join(folder.path, 'disks');
    this.#disks = new Map(nodes.map((node) => [node, new Disk(folder.data(node), images)]));
  }

  /** Noted before, so that whoever takes the run down unmounts them. */
  async make(): Promise<void> {
    if (this.#disks.size === 0) return;
    const place = [...this.#disks.keys()].map((node) => this.#folder.data(node));
    this.#folder.noteHolding({ kind: 'mounts', place });
    await allEnded([...this.#disks.values()].map((disk) => disk.make()));
  }

  /** Where the disk of a node is seen; undefined where it has none. */
  at(node: string): string | undefined {
    return this.#disks.has(node) ? this.#folder.data(node) : undefined;
  }

  /** `end` kills a node, and resolves once nothing of it writes any more, with when that was done. */
  async losePower(
    nodes: readonly string[],
    end: (node: string) => Promise<Part>,
    clock: Clock,
  ): Promise<Span> {
    const ended = nodes.map(async (node) => {
      const part = await end(node);
      await this.#disk(node).losePower();
      return part;
    });
    return spanOf(clock, await allEnded(ended));
  }

  /** What keeps a node's disk from being the one that lost its power; undefined where it is that. */
  lack(node: string): string | undefined {
    return this.#disk(node).lack();
  }

  #disk(node: string): Disk {
    return this.#disks.get(node) ?? unknown(`one of ${[...this.#disks.keys()].join(', ')}`, node);
  }
}
