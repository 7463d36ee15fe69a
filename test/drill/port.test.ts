/** Where clients speak to nodes of a system that is told with `http`. */
import { expect, it } from 'vitest';
import { parseDrill } from '../built-in.js';

const drill = (nodes: string, system = '{ http: { port: 8080, read: { request: "GET /{key}" } } }') =>
  parseDrill(
    `name: x
topology: { system: ${system}, nodes: ${nodes} }
clients: { app: {} }
workload: { type: register, writes: 0% }
steps: [{ wait: 1s }]
expect: { availability: 100% }
`,
    'x.yaml',
  );

it('is the port of the system, or that of a node, before what else it exposes', () => {
  const { topology } = drill(
    '{ a: { role: primary, image: a, expose: [9090] }, b: { image: b, port: 8081, expose: [9090, 8081] } }',
  );
  expect(topology.nodes.a?.expose).toEqual([8080, 9090]);
  expect(topology.nodes.b?.expose).toEqual([8081, 9090]);
});

it.each([
  [
    'a dependency',
    '{ a: { role: primary, image: a }, b: { role: dependency, image: b, port: 1 } }',
    undefined,
  ],
  ['a node of the reference', '{ a: { role: primary, port: 1 } }', 'reference'],
])('is refused of %s', (_, nodes, system) =>
  expect(() => drill(nodes, system)).toThrow(/x\.yaml:2:\d+: `port` is for nodes that clients dial/),
);
