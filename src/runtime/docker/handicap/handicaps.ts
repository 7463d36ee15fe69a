/** All handicaps of a cluster of containers, and what has to be done for them when a container is started again. */
import type { Clock } from '../../../clock.js';
import type { Handicaps } from '../../handicap.js';
import type { Hosts } from '../../runtime.js';
import type { Container } from '../container.js';
import { CPU, EngineLimit, MEMORY } from './engine-limits.js';
import { FullDisk } from './full-disk.js';
import { SkewedClock } from './skewed-clock.js';
import { SlowDisk } from './slow-disk.js';

export interface HandicapSetting {
  clock: Clock;
  node(name: string): Container;
  hosts: Pick<Hosts, 'host'>;
  /** The disk that containers are on, where it is to be slowed down. */
  device: string | undefined;
}

export class ContainerHandicaps implements Handicaps {
  readonly cpu: EngineLimit;
  readonly memory: EngineLimit;
  readonly disk: FullDisk;
  readonly slow_disk: SlowDisk;
  readonly clock: SkewedClock;

  constructor(setting: HandicapSetting) {
    const { clock, node } = setting;
    this.cpu = new EngineLimit(CPU, clock, node);
    this.memory = new EngineLimit(MEMORY, clock, node);
    this.disk = new FullDisk(clock, node);
    this.slow_disk = new SlowDisk(setting);
    this.clock = new SkewedClock(clock, node);
  }

  /** After a start of the node. */
  async again(node: string): Promise<void> {
    this.slow_disk.again(node);
    await this.clock.again(node);
  }
}
