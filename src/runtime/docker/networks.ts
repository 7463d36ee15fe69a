/** Makes a run's networks: one for each node and one for control, in a block of addresses that is nobody's. */
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type Dockerode from 'dockerode';
import { EnvironmentError } from '../../errors.js';
import { seeded } from '../../random.js';
import { refusalOf } from './engine.js';
import { nameInEngine } from './labels.js';
import {
  addressIn,
  formatNetwork,
  freeBlocks,
  type Network,
  parseNetwork,
  parseRoutes,
  SUBNET_BITS,
  subnet,
} from './subnets.js';

/** How many blocks are tried: another run may take one between our look and our asking. */
const ATTEMPTS = 8;
/** The number in each small network of the address that nobody has. */
const NOBODY = 2 ** (32 - SUBNET_BITS) - 2;

export interface MadeNetworks {
  block: Network;
  /** By the names that were asked for. */
  networks: ReadonlyMap<string, Dockerode.Network>;
}

/**
 * Makes networks by these names; the n-th lies in the n-th small network of the block. Nobody gets out of them: the way
 * out leads to an address that nobody has. The engine's own isolation of networks is not enough for that: it lapses for
 * a moment whenever anybody makes a network (the rule that leads to it is taken out and put in again).
 */
export async function makeNetworks(
  docker: Dockerode,
  run: string,
  names: readonly string[],
  labelsOf: (name: string) => Record<string, string>,
): Promise<MadeNetworks> {
  const blocks = freeBlocks(await usedNetworks(docker), seeded(run)).slice(0, ATTEMPTS);
  let refusal: unknown;
  for (const block of blocks) {
    const asked = await Promise.allSettled(
      names.map((name, at) => make(docker, nameInEngine(run, name), subnet(block, at), labelsOf(name))),
    );
    const failed = asked.find((one) => one.status === 'rejected');
    if (!failed) {
      const made = asked.map((one) => (one as PromiseFulfilledResult<Dockerode.Network>).value);
      return { block, networks: new Map(names.map((name, at) => [name, made[at] as Dockerode.Network])) };
    }
    await Promise.all(asked.map((one) => (one.status === 'fulfilled' ? one.value.remove() : undefined)));
    refusal = failed.reason;
    if (!/overlap|conflict/i.test(refusalOf(refusal))) break;
  }
  throw new EnvironmentError(
    {
      where: 'the container engine',
      expected: `${names.length} networks`,
      found: refusalOf(refusal),
      todo: 'remove what earlier runs left with `drill clean`',
    },
    { cause: refusal },
  );
}

function make(docker: Dockerode, name: string, network: Network, labels: Record<string, string>) {
  return docker.createNetwork({
    Name: name,
    Driver: 'bridge',
    CheckDuplicate: true,
    Labels: labels,
    IPAM: {
      Driver: 'default',
      Config: [
        {
          Subnet: formatNetwork(network),
          Gateway: addressIn(network, 1),
          AuxiliaryAddresses: { DefaultGatewayIPv4: addressIn(network, NOBODY) },
        },
      ],
    },
    Options: { 'com.docker.network.bridge.enable_ip_masquerade': 'false' },
  });
}

/** The networks of the engine, of this machine's interfaces and of its routes. */
export async function usedNetworks(docker: Dockerode): Promise<Network[]> {
  const known = await docker.listNetworks();
  const ofEngine = known.flatMap(({ IPAM }) => (IPAM?.Config ?? []).map(({ Subnet }) => Subnet));
  const ofInterfaces = Object.values(networkInterfaces()).flatMap((some) =>
    (some ?? []).map(({ cidr }) => cidr),
  );
  const routes = await readFile('/proc/net/fib_trie', 'utf8').catch(() => '');
  const texts = [...ofEngine, ...ofInterfaces].flatMap((text) => parseNetwork(text ?? '') ?? []);
  return [...texts, ...parseRoutes(routes)];
}
