/**
 * Whether a drill asks of one shared network what only Toxiproxy can do.
 *
 * With `network: shared` the links between nodes and supervisors are carried by no proxy: packets can be dropped or
 * refused, not held back or slowed down. The links of clients and of the power device have their proxies as ever.
 */
import { kindOf } from '../topology/links.js';
import { parseLinkSelector, parseSelector } from '../topology/selector.js';
import type { Path, Problem } from './problem.js';
import type { Drill } from './schema.js';
import { type Partition, type Step, stepOf } from './steps.js';

/** The ports that the drill's own programs have in a node's network namespace: from, to. */
export const OWN_PORTS = [8474, 8477] as const;

export function checkShared(drill: Drill): Problem[] {
  if (drill.topology.network !== 'shared') return [];
  return [...checkPorts(drill), ...drill.steps.flatMap((step, index) => checkStep(step, ['steps', index]))];
}

function checkPorts({ topology }: Drill): Problem[] {
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

function checkStep(step: Step, base: Path): Problem[] {
  const { kind, options } = stepOf(step);
  const path = [...base, kind];
  switch (kind) {
    case 'partition':
      return checkMode(options, path);
    case 'flap':
      return checkMode(options.partition, [...path, 'partition']);
    case 'slow':
      return hasProxy([options.from, options.to]) ? [] : [unproxied(kind, path)];
    case 'toxic': {
      const sides = parseLinkSelector(options.link);
      return !sides || hasProxy([sides.from, sides.to]) ? [] : [unproxied(kind, path)];
    }
    case 'together':
      return options.flatMap((inner, index) => checkStep(inner, [...path, index]));
    default:
      return [];
  }
}

function checkMode(partition: Partition, path: Path): Problem[] {
  if (partition.mode !== 'stall' || !cutsBetweenNodes(partition)) return [];
  return [
    {
      path: [...path, 'mode'],
      expected: '`drop` or `refuse`, which is what packets can meet on `network: shared`',
      found: '`stall`',
      todo: 'write `mode: drop`: what TCP sends meanwhile arrives after the heal there, as it does with stall',
    },
  ];
}

function unproxied(kind: 'slow' | 'toxic', path: Path): Problem {
  return {
    path,
    on: 'key',
    message: `\`${kind}\` needs Toxiproxy, which on \`network: shared\` carries the links of clients and of the power device only`,
    todo: 'name one of those, use `partition`, or leave `network: shared` out',
  };
}

function cutsBetweenNodes({ isolate, groups, from = '', to = '', link }: Partition): boolean {
  if (isolate !== undefined) return !isOutside(isolate);
  if (groups) return groups.filter((group) => !group.every(isOutside)).length > 1;
  const sides = link === undefined ? { from, to } : parseLinkSelector(link);
  // A bridge and a ring, which have no sides, are about nodes.
  return !sides || !hasProxy([sides.from, sides.to]);
}

function hasProxy(sides: readonly string[]): boolean {
  return sides.some(isOutside);
}

/** Whether a selector stands for somebody who is not on the nodes' network. */
function isOutside(text: string): boolean {
  const selector = parseSelector(text);
  return selector.kind === 'name' && ['client', 'power'].includes(kindOf(selector.name));
}
