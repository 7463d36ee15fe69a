import { describe, expect, it } from 'vitest';
import { seeded } from '../../src/random.js';
import { resolveText } from '../../src/topology/partition.js';
import { parseLinkSelector, parseSelector, type TopologyView } from '../../src/topology/selector.js';

const node = (name: string, role?: 'primary' | 'standby', ...tags: string[]) => ({
  name,
  kind: 'node' as const,
  ...(role && { role }),
  tags,
});

const view: TopologyView = {
  nodes: [
    node('d', undefined, 'site:west'),
    node('c', 'standby', 'site:west'),
    node('a', 'primary', 'site:east'),
    node('b', 'standby', 'site:west'),
    { name: 'supervisor-2', kind: 'supervisor', tags: [] },
    { name: 'supervisor-1', kind: 'supervisor', tags: [] },
    { name: 'client:app', kind: 'client', tags: [] },
  ],
  killed: ['d', 'b', 'd'],
  paused: [],
};

const resolve = (text: string, seed: string | number = 1) => resolveText(text, view, seeded(seed));

describe('a selector stands for', () => {
  it.each([
    ['a', ['a']],
    ['supervisor-2', ['supervisor-2']],
    ['client:app', ['client:app']],
    ['power', ['power']],
    ['primary', ['a']],
    ['any primary', ['a']],
    ['standby', ['b', 'c']],
    ['all standby', ['b', 'c']],
    ['  all   standby ', ['b', 'c']],
    ['supervisor', ['supervisor-1', 'supervisor-2']],
    ['site:west', ['b', 'c', 'd']],
    ['random 2 standby', ['b', 'c']],
    ['random 9 standby', ['b', 'c']],
    ['killed', ['b', 'd']],
    ['paused', []],
  ])('%s', (text, names) => expect(resolve(text)).toEqual(names));

  it('one of those that fit, the same for the same seed, each of them for some seed', () => {
    const picks = Array.from({ length: 50 }, (_, seed) => resolve('any standby', seed));
    expect(picks).toEqual(Array.from({ length: 50 }, (_, seed) => resolve('any standby', seed)));
    expect(new Set(picks.map(String))).toEqual(new Set(['b', 'c']));
  });

  it('the same whatever the order in which the view lists the nodes', () => {
    const turned = { ...view, nodes: [...view.nodes].reverse() };
    for (const text of ['any standby', 'random 1 supervisor', 'standby', 'site:west'])
      expect(resolveText(text, turned, seeded(7))).toEqual(resolveText(text, view, seeded(7)));
  });

  it('one primary where several nodes say that they are', () => {
    const both = { ...view, nodes: [node('z', 'primary'), ...view.nodes] };
    expect(resolveText('primary', both, seeded(1))).toEqual(['a']);
  });

  it('nobody where nobody has the role', () => {
    const none = { ...view, nodes: [node('a')] };
    for (const text of ['primary', 'any standby', 'random 2 standby', 'site:east'])
      expect(resolveText(text, none, seeded(1))).toEqual([]);
  });
});

describe('a text that is no selector', () => {
  it.each([
    ['', 'one name, role or tag'],
    ['a b', 'one name, role or tag'],
    ['any', '`any <role>`'],
    ['all standby now', '`all <role>`'],
    ['any a', 'a role: primary, standby, supervisor'],
    ['random standby', '`random <n> <role>`'],
    ['random 0 standby', '`random <n> <role>`'],
    ['random 2 site:east', 'a role: primary, standby, supervisor'],
    ['-a', 'a node, a role'],
    ['a:', 'a node, a role'],
    ['any __proto__', 'a role: primary, standby, supervisor'],
  ])('%j says what was expected', (text, expected) => {
    expect(parseSelector(text)).toMatchObject({ kind: 'error', expected: expect.stringContaining(expected) });
  });
});

it('the two sides of a link are selectors', () => {
  expect(parseLinkSelector('a->b')).toEqual({ from: 'a', to: 'b' });
  expect(parseLinkSelector('client:app -> all standby')).toEqual({ from: 'client:app', to: 'all standby' });
  for (const text of ['a', 'a->', '->b', 'a->b->c']) expect(parseLinkSelector(text)).toBeUndefined();
});
