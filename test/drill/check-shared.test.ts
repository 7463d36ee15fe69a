/** What a drill on one shared network may ask for. */

import { expect, it } from 'vitest';
import { parseDrill } from '../built-in.js';

function drill(step: string, network = 'shared') {
  return parseDrill(
    `name: x
topology: { network: ${network}, nodes: { a: { role: primary, tags: [site:east] }, b: {}, c: {} } }
clients: { app: {} }
steps: [${step}]
`,
    'x.yaml',
  );
}

it.each([
  '{ partition: { isolate: primary } }',
  '{ partition: { ring: majorities, mode: refuse } }',
  '{ partition: { isolate: "client:app", mode: stall } }',
  '{ partition: { groups: [["client:app"], [a, b]], mode: stall } }',
  '{ partition: { link: supervisor->power, mode: stall } }',
  '{ slow: { from: "client:app", to: primary, latency: 100ms } }',
  '{ toxic: { link: supervisor-1->power, type: noop } }',
])('takes %s', (step) => expect(drill(step).steps).toHaveLength(1));

it.each([
  ['{ partition: { groups: [[a, "client:app"], [b, c]], mode: stall } }', '`stall`'],
  ['{ partition: { from: a, to: site:east, mode: stall } }', '`stall`'],
  ['{ partition: { link: a->supervisor, mode: stall } }', '`stall`'],
  ['{ partition: { bridge: c, mode: stall } }', '`stall`'],
  ['{ partition: { ring: majorities, mode: stall } }', '`stall`'],
  ['{ flap: { partition: { isolate: a, mode: stall }, every: 1s, times: 2 } }', '`stall`'],
  ['{ together: [{ kill: a }, { slow: { from: b, to: c, latency: 1s } }] }', '`slow` needs Toxiproxy'],
  ['{ toxic: { link: "primary->all standby", type: noop } }', '`toxic` needs Toxiproxy'],
])('refuses %s, which is fine on private networks', (step, said) => {
  expect(() => drill(step)).toThrow(said);
  expect(drill(step, 'private').steps).toHaveLength(1);
});
