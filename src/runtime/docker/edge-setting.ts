/** What an edge is made with, on whichever kind of network. */
import type Dockerode from 'dockerode';
import type { ContainerSpec } from '../../drill/container.js';
import type { Address } from '../address.js';
import type { ProcessIdentity } from '../os-process.js';
import type { Surroundings } from '../runtime.js';
import type { NodePlace } from './docker-places.js';

export interface EdgeSetting {
  docker: Dockerode;
  place: NodePlace;
  /** Where the power device listens, on this machine. */
  power: Address | undefined;
  surroundings: Surroundings;
  runner: ProcessIdentity;
  /** The reference image. */
  image: string;
  /** With what greetings to its way in begin. */
  secret: string;
  containers: Readonly<Record<string, ContainerSpec>>;
  /** Told, in words, when one of its containers has ended that was up. */
  onLost(what: string): void;
}
