/**
 * A node and its edge in one network namespace, as in a pod: it is the edge's, which stays when the node is started
 * again, and so do the packet filter in it and the agent.
 */
import { existsSync } from 'node:fs';
import type Dockerode from 'dockerode';
import { EnvironmentError } from '../../errors.js';
import { NODE_PATH } from '../image/node-executable.js';
import { entryInImage } from '../image/own-build.js';
import { labelledEnvironment } from '../label.js';
import { processOf } from './container-process.js';
import { hostsOf, type NodePlace } from './docker-places.js';
import type { EdgeSetting } from './edge-setting.js';
import { sysctlsOf } from './joined-node.js';
import { labelsOf, nameInEngine } from './labels.js';
import { NetworkFilter } from './network-filter.js';
import { COMMON, publishedPorts } from './node-container.js';

/** What the engine is told of an edge whose network a node joins: all that is the network's is said here. */
export function podOptions(
  { place, surroundings: { run }, runner, image, containers }: EdgeSetting,
  network: string,
  server: readonly string[],
): Dockerode.ContainerCreateOptions {
  const { agent, agentPort, proxies } = place.edge;
  const name = nameInEngine(run, network);
  const exposed = [agentPort, ...place.ports].map((port) => `${port}/tcp`);
  return {
    name: nameInEngine(run, `${place.name}.edge`),
    Image: image,
    Hostname: containers[place.name]?.hostname ?? place.name,
    Cmd: [
      NODE_PATH,
      entryInImage('runtime/docker/agent/process.js'),
      ...['--listen', `${place.address}:${agentPort}`, '--datagrams'],
      ...(proxies ? server : []),
    ],
    Labels: labelsOf(run, runner, `edge ${place.name}`),
    ExposedPorts: Object.fromEntries(exposed.map((port) => [port, {}])),
    HostConfig: {
      ...COMMON,
      NetworkMode: name,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PortBindings: {
        ...publishedPorts(place),
        [`${agentPort}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: String(agent.port) }],
      },
      ExtraHosts: hostsOf(place, containers),
      Sysctls: {
        // What the packet filter does not see must not be a way around it.
        ...(existsSync('/proc/sys/net/ipv6') ? { 'net.ipv6.conf.all.disable_ipv6': '1' } : {}),
        'net.ipv4.ip_unprivileged_port_start': '0',
        ...sysctlsOf(containers[place.name] ?? {}).network,
      },
    },
    NetworkingConfig: { EndpointsConfig: { [name]: { IPAMConfig: { IPv4Address: place.address } } } },
  };
}

/**
 * The packet filter of a pod. From its first moment the agent is out of the nodes' reach: only the runner comes in by
 * the gateway. Rejects where the network cannot be entered from this machine.
 */
export async function openFilter(
  edge: Dockerode.Container,
  { name, address, edge: { agentPort } }: NodePlace,
  { network, gateway }: NonNullable<NodePlace['shared']>,
  { runner, surroundings: { run, clock, environment: outer } }: EdgeSetting,
): Promise<NetworkFilter> {
  const { State, NetworkSettings } = await edge.inspect();
  const process = processOf(edge.id, State.Pid);
  const mac = NetworkSettings.Networks[nameInEngine(run, network)]?.MacAddress;
  if (!process || !mac) {
    throw new EnvironmentError({
      where: `the network of ${name}`,
      expected: 'a container whose processes this machine sees, so that its packets can be filtered',
      found: 'an engine with processes of its own, as in a virtual machine',
      todo: 'leave `network: shared` out',
    });
  }
  const environment = labelledEnvironment(run, runner, outer);
  const filter = new NetworkFilter({ node: name, address, mac, process, environment, clock });
  const agent = `-p tcp --dport ${agentPort} ! -s ${gateway} -j REJECT --reject-with tcp-reset`;
  await filter.load(['*filter', `-I INPUT ${agent}`, 'COMMIT', ''].join('\n'));
  return filter;
}
