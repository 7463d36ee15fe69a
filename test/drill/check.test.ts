/** What the checks must let pass; what they must refuse is under fixtures/invalid. */

import { describe, expect, it } from 'vitest';
import { checkDrill, decodeDrill } from '../built-in.js';

const NODES = { a: { role: 'primary' }, b: { tags: ['site:west'] }, c: {} };

function problems(change: Record<string, unknown>, supervisor: Record<string, unknown> = {}): string[] {
  const drill = decodeDrill({ name: 'x', topology: { nodes: NODES, supervisor }, ...change });
  return checkDrill(drill).map((problem) => problem.path.join('.'));
}

describe('the checks let pass', () => {
  it.each([
    ['a failback to a node that was not the first primary', { failback: { to: 'b' } }],
    [
      'a restart of what fencing turned off',
      { steps: [{ partition: { isolate: 'a' } }, { restart: 'killed' }] },
    ],
    ['a switchover back', { steps: [{ switchover: { to: 'b' } }, { switchover: { to: 'a' } }] }],
    ['no failover, without a fault', { expect: { failovers: 0, double_primaries: 0, outage: '<= 1s' } }],
    ['a set that must be linearizable', { workload: { type: 'set' }, expect: { linearizable: true } }],
    ['bounds that 0 keeps', { steps: [{ kill: 'a' }], expect: { boot: '<= 1s', init: '0ms' } }],
    ['the power device by its name', { steps: [{ partition: { from: 'supervisor-1', to: 'power' } }] }],
    ['a tag', { steps: [{ kill: 'site:west' }] }],
    ['a resync after a failback', { failback: { to: 'a' }, expect: { resync: '<= 1s' } }],
  ])('%s', (_name, change) => expect(problems(change)).toEqual([]));

  it('a lease without heartbeats, and no lease at all', () => {
    expect(problems({}, { detect: { process: {} }, lease: '50ms' })).toEqual([]);
    expect(problems({}, { lease: false, quorum: false, trigger: 'standby' })).toEqual([]);
  });
});

describe('the checks refuse', () => {
  it('the link to the power device where nobody uses one', () => {
    const steps = [{ partition: { link: 'supervisor-1->power' } }];
    expect(problems({ steps }, { fencing: false })).toEqual(['steps.0.partition.link']);
    expect(problems({ steps })).toEqual([]);
  });

  it('a default that does not fit, at the setting it belongs to', () => {
    expect(problems({}, { detect: { heartbeat: { interval: '300ms' } } })).toEqual([
      'topology.supervisor.lease',
    ]);
  });

  it('more nodes than one machine carries', () => {
    const many = Array.from({ length: 30 }, (_, index) => [
      `n${index}`,
      index === 0 ? { role: 'primary' } : {},
    ]);
    expect(problems({ topology: { nodes: Object.fromEntries(many) } })).toEqual(['topology.nodes']);
  });
});
