/**
 * The way in to a node: what its peers' links bring to the edge goes on to the node, from the address that the
 * node knows the peer by. Greetings end here, and are answered whatever the node does: what they are to show is
 * the link.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../../clock.js';
import type { ExpectedGreetings } from './expected-greetings.js';
import { recogniser } from './greeting-line.js';
import { visit } from './visit.js';

/** In the environment of the process on an edge: with what greetings begin. */
export const SECRET_VARIABLE = 'FAILOVER_DRILL_SECRET';

/** What may be known to all. */
export interface Way {
  /** On the backbone. */
  listen: string;
  /** The node. */
  to: string;
  ports: readonly number[];
  /** By who comes in, on the backbone: from which of our addresses the node is dialled. */
  sources: Record<string, string>;
}

export interface WayIn extends Way {
  /** With what greetings begin. */
  secret: string;
}

/**
 * How long the node may take to take a connection, ms. Its kernel does that, however busy or frozen its programs
 * are; where nothing comes back there is no node.
 */
const PATIENCE = 250;
/** How long what has come already may take to be seen, ms: this process may have been held up itself. */
const GRACE = 1;

/** Resolves once it listens on each of the node's ports. */
export async function openWayIn(
  { listen, to, ports, sources, secret }: WayIn,
  expected: ExpectedGreetings,
  clock: Clock,
): Promise<Server[]> {
  const recognise = recogniser(secret);
  return Promise.all(
    ports.map((port) => {
      const server = createServer({ noDelay: true, allowHalfOpen: true }, (incoming: Socket) => {
        const peer = incoming.remoteAddress ?? '';
        const localAddress = sources[peer];
        // Nobody else is on the backbone; who is not known has no link that leads here.
        if (localAddress === undefined) return void incoming.destroy();
        const node = connect({ host: to, port, localAddress, noDelay: true, allowHalfOpen: true });
        let patience = clock.timer(PATIENCE, () => {
          patience = clock.timer(GRACE, () => node.destroy());
        });
        node.once('connect', () => patience.cancel());
        node.once('close', () => patience.cancel());
        visit({
          incoming,
          node,
          clock,
          recognise,
          onGreeting: (token) => expected.arrived(token),
          hold: (release) => expected.hold({ peer, port }, release),
        });
      });
      return new Promise<Server>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: listen, port, backlog: 1024 }, () => resolve(server));
      });
    }),
  );
}
