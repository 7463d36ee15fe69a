import { describe, expect, it } from 'vitest';
import { planOf } from '../../src/run/plan.js';
import { deciders, testimony } from '../../src/run/testimony.js';
import { referenceSystem } from '../../src/system/reference.js';
import { parseDrill } from '../built-in.js';

const DRILL = `
name: word
topology:
  nodes: { a: { role: primary }, b: { role: standby } }
  supervisor: { members: 1, trigger: TRIGGER }
steps: [ { kill: a } ]
expect: { detect: <= 1s }
`;

/** What counts of a line that a node writes 1000 ms after its start, at 5000 ms. */
function told(node: string, line: object, trigger = 'supervisor') {
  const drill = parseDrill(DRILL.replace('TRIGGER', trigger), 'word.yaml');
  const decides = deciders(drill.topology.supervisor, planOf(drill).supervisors);
  const event = referenceSystem.eventOf(node, JSON.stringify(line));
  return event && testimony(event, { started: 4000, came: 5000, decides: decides(node) });
}

describe('what the log of a node may tell', () => {
  const declared = { at: 4500, event: 'declared', target: 'a', term: 1 };

  it('is a declaration of a supervisor, and of no standby where the supervisors decide', () => {
    expect(told('supervisor-1', declared)).toMatchObject({ at: 4500, body: { node: 'supervisor-1' } });
    expect(told('b', declared)).toBeUndefined();
  });

  it.each(['fenced', 'promoted', 'switchover', 'out-of-sync'])('is no %s of a standby', (event) => {
    expect(told('b', { ...declared, event })).toBeUndefined();
  });

  it('is a declaration of a standby where the standbys decide', () => {
    expect(told('b', declared, 'standby')).toMatchObject({ at: 4500, body: { event: 'declared' } });
  });

  it('is its own role, whoever decides', () => {
    const role = { at: 4999, event: 'role', role: 'standby', term: 2 };
    expect(told('b', role)).toMatchObject({ at: 4999, body: { type: 'role', node: 'b' } });
  });

  it.each([
    ['before it was started', 3999],
    ['after it was heard', 5001],
    ['in the year 2001', 1e12],
  ])('counts from when it was heard where it claims an instant %s', (_, at) => {
    const heard = told('supervisor-1', { ...declared, at });
    expect(heard?.body).toMatchObject({ event: 'declared' });
    expect(heard).not.toHaveProperty('at');
  });
});
