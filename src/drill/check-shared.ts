/** Whether a drill leaves the ports free that its own programs need where nodes share one network. */
import type { Problem } from './problem.js';
import type { Drill } from './schema.js';

/** The ports that the drill's own programs have in a node's network namespace: from, to. */
export const OWN_PORTS = [8474, 8477] as const;

export function checkShared({ topology }: Drill): Problem[] {
  if (topology.network !== 'shared') return [];
  const [first, last] = OWN_PORTS;
  return Object.entries(topology.nodes).flatMap(([name, { expose = [] }]) =>
    expose.flatMap((port, index) =>
      port < first || port > last
        ? []
        : [
            {
              path: ['topology', 'nodes', name, 'expose', index],
              expected: `a port other than ${first} to ${last}, which the drill uses beside the node on \`network: shared\``,
              found: String(port),
              todo: 'choose another one',
            },
          ],
    ),
  );
}
