/** What a drill on one shared network asks of a runtime. */

import { expect, it } from 'vitest';
import { needsOf, parseDrill } from '../built-in.js';

function needsOn(step: string) {
  const drill = parseDrill(
    `name: x
topology: { network: shared, nodes: { a: { role: primary, tags: [site:east] }, b: {}, c: {} } }
clients: { app: {} }
steps: [${step}]
`,
    'x.yaml',
  );
  return needsOf(drill);
}

it.each([
  '{ partition: { isolate: primary } }',
  '{ partition: { ring: majorities, mode: refuse } }',
  '{ partition: { isolate: "client:app", mode: stall } }',
  '{ partition: { groups: [["client:app"], [a, b]], mode: stall } }',
  '{ partition: { link: supervisor->power, mode: stall } }',
  '{ slow: { from: "client:app", to: primary, latency: 100ms } }',
  '{ toxic: { link: supervisor-1->power, type: noop } }',
])('has links that packets cross as they are for %s', (step) =>
  expect(needsOn(step)).not.toContain('shaping'),
);

it.each([
  '{ partition: { groups: [[a, "client:app"], [b, c]], mode: stall } }',
  '{ partition: { from: a, to: site:east, mode: stall } }',
  '{ partition: { link: a->supervisor, mode: stall } }',
  '{ partition: { bridge: c, mode: stall } }',
  '{ partition: { ring: majorities, mode: stall } }',
  '{ flap: { partition: { isolate: a, mode: stall }, every: 1s, times: 2 } }',
  '{ together: [{ kill: a }, { slow: { from: b, to: c, latency: 1s } }] }',
  '{ toxic: { link: "primary->all standby", type: noop } }',
])('has links between nodes led to proxies for %s', (step) => expect(needsOn(step)).toContain('shaping'));
