import { describe, expect, it } from 'vitest';
import { kindOf, linksOf } from '../../src/topology/links.js';
import { decodeDrill } from '../built-in.js';

function names(
  supervisor: Record<string, unknown> = {},
  clients: Record<string, unknown> = { app: {} },
): string[] {
  const nodes = { a: { role: 'primary' }, b: {} };
  const drill = decodeDrill({ name: 'x', topology: { nodes, supervisor }, clients });
  return linksOf(drill.topology, drill.clients).map((link) => link.name);
}

describe('the links of a topology', () => {
  it('join every node and supervisor with every other, clients with nodes, supervisors with the power device', () => {
    expect(names({ members: 1 })).toEqual([
      'a->b',
      'a->supervisor-1',
      'b->a',
      'b->supervisor-1',
      'supervisor-1->a',
      'supervisor-1->b',
      'client:app->a',
      'client:app->b',
      'supervisor-1->power',
    ]);
  });

  it('join a pinned client group with its node only', () => {
    const pinned = names({}, { app: {}, stranded: { pinned: 'b' } });
    expect(pinned.filter((name) => name.startsWith('client:stranded'))).toEqual(['client:stranded->b']);
  });

  it('lead to the power device only where somebody fences or reads the process list', () => {
    const power = (supervisor: Record<string, unknown>) =>
      names({ members: 1, ...supervisor }).filter((name) => name.endsWith('->power'));
    expect(power({ fencing: false })).toEqual([]);
    expect(power({ fencing: { delay: '1s' } })).toEqual(['supervisor-1->power']);
    expect(power({ fencing: false, detect: { process: {} } })).toEqual(['supervisor-1->power']);
    expect(power({ trigger: 'standby' })).toEqual(['a->power', 'b->power', 'supervisor-1->power']);
  });

  it('have a name and an edge each, once', () => {
    const drill = decodeDrill({ name: 'x', topology: { nodes: { a: { role: 'primary' }, b: {}, c: {} } } });
    const links = linksOf(drill.topology, drill.clients);
    expect(links).toHaveLength(6 * 5 + 3 + 3);
    expect(new Set(links.map((link) => link.name)).size).toBe(links.length);
    for (const link of links) expect(link.name).toBe(`${link.from}->${link.to}`);
  });
});

it('a name says what it stands for', () => {
  expect(['a', 'client:app', 'supervisor-3', 'power', 'supervisor', 'supervisors-1'].map(kindOf)).toEqual([
    'node',
    'client',
    'supervisor',
    'power',
    'node',
    'node',
  ]);
});
