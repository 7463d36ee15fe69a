/**
 * A greeting from edge to edge, along the way that a node's own words take:
 *
 *     agent of a's edge -> the link's proxy -> (backbone) -> way in of b's edge
 *
 * The way in expects it, answers it and tells of it; b itself has no part in that.
 */
import { unknown } from '../../errors.js';
import type { LinkGreeting } from '../links/edges.js';
import { expectGreeting, greetThrough } from './agent-client.js';
import type { DockerPlaces, EdgePlace } from './docker-places.js';

export async function edgeGreeting(
  places: DockerPlaces,
  secret: string,
  name: string,
  token: string,
  onArrival: () => void,
  signal: AbortSignal,
): Promise<LinkGreeting> {
  const { link, dial } = places.link(name);
  const [source, end] = [edgeOf(places, link.from), edgeOf(places, link.to)];
  const entrance = { peer: source.backbone, port: dial.port };
  const { close } = await expectGreeting(end.agent, token, entrance, onArrival, signal);
  return { send: (sending) => greetThrough(source.agent, dial, secret, token, sending), close };
}

function edgeOf({ nodes }: DockerPlaces, node: string): EdgePlace {
  return nodes.get(node)?.edge ?? unknown('the name of a node', node);
}
