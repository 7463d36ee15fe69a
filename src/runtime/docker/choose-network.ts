/**
 * On which kind of network a drill that names none has its nodes. Software of the user's own gets the shared one where this
 * machine can have it: there its nodes have the addresses that they announce, every port of a peer is reached, and whoever
 * is dead refuses by itself. The drill's own nodes need none of that.
 */
import { OWN_PORTS } from '../../drill/check-shared.js';
import { hasOwnImage } from '../../drill/container.js';
import { listed } from '../../drill/suggest.js';
import type { Layout, Surroundings } from '../runtime.js';
import { engineAddress } from './engine-address.js';
import { lackOfPacketFilters } from './packet-tools.js';

export interface ChosenNetwork {
  network: 'private' | 'shared';
  /** Why it is not the shared one, where that would be more like production. */
  lack?: string;
}

export async function chooseNetwork(
  { network, containers = {}, nodes }: Layout,
  { environment, clock }: Pick<Surroundings, 'environment' | 'clock'>,
): Promise<ChosenNetwork> {
  if (network) return { network };
  if (!nodes.some((node) => hasOwnImage(containers[node] ?? {}))) return { network: 'private' };
  const [first, last] = OWN_PORTS;
  const isTaken = (port: number) => first <= port && port <= last;
  const takers = nodes.filter((node) => containers[node]?.expose?.some(isTaken));
  const lackOf = async () => {
    if (takers.length > 0) return `${listed(takers, 'and')} on one of the ports ${first} to ${last}`;
    if (!('socketPath' in engineAddress(environment)))
      return 'an engine that is reached over TCP, which may be on another machine';
    return lackOfPacketFilters(environment, clock);
  };
  const lack = await lackOf();
  return lack === undefined ? { network: 'shared' } : { network: 'private', lack };
}
