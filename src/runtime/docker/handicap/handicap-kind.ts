/** One kind of handicap of containers: the capability that it gives a runtime, and what has to be there for it. */
import type { Clock } from '../../../clock.js';
import type { Handicap } from '../../handicap.js';
import type { Hosts } from '../../links/cluster.js';
import type { ProcessIdentity } from '../../os-process.js';
import type { Container } from '../container.js';

export interface HandicapSetting {
  clock: Clock;
  node(name: string): Container;
  hosts: Pick<Hosts, 'host'>;
  /** The disk that containers are on; undefined where no drill asked for a kind that is about it. */
  device: string | undefined;
}

export interface ContainerHandicap extends Handicap<unknown> {
  /** Puts on a container that was started again what it had before. */
  again?(node: string): unknown;
}

export interface HandicapKind {
  /** By this name a drill needs it. */
  readonly capability: string;
  create(setting: HandicapSetting): ContainerHandicap;
  /** Why an engine cannot, by what it says of its machine; undefined where it can. */
  lackOfEngine?(info: Readonly<Record<string, unknown>>): string | undefined;
  /** Why it cannot be done from here to this process in a container; undefined where it can. */
  lackOn?(process: ProcessIdentity, device: string | undefined): Promise<string | undefined>;
  /** Whether it is about the disk that containers are on. */
  readonly needsDevice?: boolean;
}
