/** All handicaps of a cluster of containers, and what has to be done for them when a container is started again. */
import type { Handicapped } from '../../handicap.js';
import { cpu, memory } from './engine-limits.js';
import { fullDisk } from './full-disk.js';
import type { ContainerHandicap, HandicapKind, HandicapSetting } from './handicap-kind.js';
import { skewedClock } from './skewed-clock.js';
import { slowDisk } from './slow-disk.js';

export const HANDICAPS: readonly HandicapKind[] = [cpu, memory, fullDisk, slowDisk, skewedClock];

export class ContainerHandicaps implements Handicapped {
  readonly #all: ReadonlyMap<string, ContainerHandicap>;

  constructor(setting: HandicapSetting) {
    this.#all = new Map(HANDICAPS.map((kind) => [kind.capability, kind.create(setting)]));
  }

  handicap(capability: string): ContainerHandicap | undefined {
    return this.#all.get(capability);
  }

  /** After a start of the node. */
  async again(node: string): Promise<void> {
    for (const handicap of this.#all.values()) await handicap.again?.(node);
  }
}
