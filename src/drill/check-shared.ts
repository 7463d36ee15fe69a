/**
 * Whether a drill asks of one shared network what only Toxiproxy can do.
 *
 * With `network: shared` the links between nodes and supervisors are carried by no proxy: packets can be dropped or
 * refused, not held back or slowed down. The links of clients and of the power device have their proxies as ever.
 */
import { kindOf } from '../topology/links.js';
import { parseSelector } from '../topology/selector.js';
import type { StepPlace } from './parts.js';
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

/** What is wrong with shaping the links between two sides, or those sides that a link has. */
export function checkShaped(
  name: string,
  sides: readonly string[],
  { path, drill }: Pick<StepPlace, 'path' | 'drill'>,
): Problem[] {
  if (drill.topology.network !== 'shared' || sides.some(isProxied)) return [];
  return [
    {
      path,
      on: 'key',
      message: `\`${name}\` needs Toxiproxy, which on \`network: shared\` carries the links of clients and of the power device only`,
      todo: 'name one of those, use `partition`, or leave `network: shared` out',
    },
  ];
}

/** Whether a selector stands for somebody whose links have proxies on a shared network, too: a client, or the power device. */
export function isProxied(text: string): boolean {
  const selector = parseSelector(text);
  return selector.kind === 'name' && ['client', 'power'].includes(kindOf(selector.name));
}
