/** A node that joins another container's network: what is the network's is said there, and must not be said here. */
import type Dockerode from 'dockerode';
import type { ContainerSpec } from '../../drill/container.js';

/** What the engine is told of such a node, by what it would be told of one with a network of its own. */
export function joining(
  options: Dockerode.ContainerCreateOptions,
  holder: string,
  spec: ContainerSpec,
): Dockerode.ContainerCreateOptions {
  const { Hostname, ExposedPorts, NetworkingConfig, HostConfig = {}, ...rest } = options;
  const { PortBindings, ExtraHosts, Sysctls, ...host } = HostConfig;
  const { others } = sysctlsOf(spec);
  return {
    ...rest,
    HostConfig: {
      ...host,
      NetworkMode: `container:${holder}`,
      ...(Object.keys(others).length > 0 ? { Sysctls: others } : {}),
    },
  };
}

/** A node's settings of the kernel: those of its network, and the others. */
export function sysctlsOf({
  sysctls = {},
}: ContainerSpec): Record<'network' | 'others', Record<string, string>> {
  const pairs = Object.entries(sysctls).map(([name, to]) => [name, String(to)] as const);
  const isNetwork = ([name]: readonly [string, string]) => name.startsWith('net.');
  return {
    network: Object.fromEntries(pairs.filter(isNetwork)),
    others: Object.fromEntries(pairs.filter((pair) => !isNetwork(pair))),
  };
}
