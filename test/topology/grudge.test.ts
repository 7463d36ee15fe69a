import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../src/random.js';
import { describeGrudge, grudge, type ResolvedPartition } from '../../src/topology/grudge.js';
import { kindOf, type Link, linksOf } from '../../src/topology/links.js';
import { type Partition, resolvePartition } from '../../src/topology/partition.js';
import { decodeDrill } from '../built-in.js';

type Shape = ResolvedPartition extends infer One
  ? One extends unknown
    ? Omit<One, 'except' | 'mode'>
    : never
  : never;

function mesh(nodes: number, members: 1 | 3 | 5 = 3): Link[] {
  const names = Array.from({ length: nodes }, (_, index) => String.fromCharCode(97 + index));
  const drill = decodeDrill({
    name: 'x',
    topology: {
      nodes: Object.fromEntries(names.map((name) => [name, { role: name === 'a' ? 'primary' : 'standby' }])),
      supervisor: { members },
    },
    clients: { app: {}, stranded: { pinned: 'a' } },
  });
  return linksOf(drill.topology, drill.clients);
}

function partition(shape: Shape, more: { except?: string[]; mode?: ResolvedPartition['mode'] } = {}) {
  return { except: [], mode: 'drop', ...shape, ...more } as ResolvedPartition;
}

/** The pairs, as `x>y`, whose packets are lost: upstream from x to y, downstream from y to x. */
function lost(cut: ResolvedPartition, links: Link[]): Set<string> {
  const byName = new Map(links.map((link) => [link.name, link]));
  const pairs = new Set<string>();
  for (const { link, streams } of grudge(cut, links)) {
    const { from, to } = byName.get(link) as Link;
    for (const stream of streams) pairs.add(stream === 'upstream' ? `${from}>${to}` : `${to}>${from}`);
  }
  return pairs;
}

const brief = (cut: ResolvedPartition, links: Link[]) =>
  grudge(cut, links).map(({ link, streams }) => (streams.length === 2 ? link : `${link} ${streams}`));

describe('a partition cuts', () => {
  const links = mesh(3, 1);

  it('whom it isolates from everyone, clients included, but not from the power device', () => {
    expect(brief(partition({ shape: 'isolate', targets: ['supervisor-1'] }), links)).toEqual([
      'a->supervisor-1',
      'b->supervisor-1',
      'c->supervisor-1',
      'supervisor-1->a',
      'supervisor-1->b',
      'supervisor-1->c',
    ]);
    const primary = brief(
      partition({ shape: 'isolate', targets: ['a'] }, { except: ['client:stranded'] }),
      links,
    );
    expect(primary).toContain('client:app->a');
    expect(primary).not.toContain('client:stranded->a');
  });

  it('nothing between those whom it isolates together', () => {
    const cut = lost(partition({ shape: 'isolate', targets: ['a', 'b'] }), links);
    expect(cut.has('a>b')).toBe(false);
    expect(cut.has('a>c')).toBe(true);
  });

  it('the power device where it is named', () => {
    const named: Shape[] = [
      { shape: 'isolate', targets: ['power'] },
      { shape: 'one-way', from: ['supervisor-1'], to: ['power'] },
      { shape: 'link', from: ['supervisor-1'], to: ['power'] },
      { shape: 'groups', groups: [['power'], ['supervisor-1']] },
    ];
    for (const shape of named)
      expect(grudge(partition(shape), links).map(({ link }) => link)).toEqual(['supervisor-1->power']);
  });

  it('groups from each other and leaves alone who is in none', () => {
    expect(brief(partition({ shape: 'groups', groups: [['a'], ['b', 'supervisor-1']] }), links)).toEqual([
      'a->b',
      'a->supervisor-1',
      'b->a',
      'supervisor-1->a',
    ]);
  });

  it('one way: the packets there, on whichever link they travel', () => {
    const shape: Shape = { shape: 'one-way', from: ['a'], to: ['b'] };
    expect(brief(partition(shape), links)).toEqual(['a->b upstream', 'b->a downstream']);
    expect(brief(partition(shape, { mode: 'stall' }), links)).toEqual(['a->b upstream', 'b->a downstream']);
    expect(brief(partition(shape, { mode: 'refuse' }), links)).toEqual(['a->b']);
  });

  it('a single link whole, and only it', () => {
    expect(brief(partition({ shape: 'link', from: ['a'], to: ['b'] }), links)).toEqual(['a->b']);
  });

  it('two halves apart, with one between them', () => {
    const cut = lost(partition({ shape: 'bridge', targets: ['c'] }), mesh(3, 3));
    expect([...cut].sort()).toEqual(
      [
        ['a', 'b'],
        ['a', 'supervisor-3'],
        ['supervisor-1', 'b'],
        ['supervisor-1', 'supervisor-3'],
        ['supervisor-2', 'b'],
        ['supervisor-2', 'supervisor-3'],
      ]
        .flatMap(([x, y]) => [`${x}>${y}`, `${y}>${x}`])
        .sort(),
    );
  });
});

describe('for any topology and any targets', () => {
  const topology = fc.record({ nodes: fc.integer({ min: 2, max: 9 }), members: fc.constantFrom(1, 3, 5) });
  const anyMode = fc.constantFrom('refuse' as const, 'drop' as const, 'stall' as const);
  const given = fc
    .record({ topology, mode: anyMode, picks: fc.infiniteStream(fc.nat()) })
    .map(({ topology: { nodes, members }, mode, picks }) => {
      const links = mesh(nodes, members as 1 | 3 | 5);
      const everyone = [...new Set(links.flatMap((link) => [link.from, link.to]))].sort();
      const some = (most: number) =>
        [...picks.take((picks.next().value % most) + 1)].map(
          (pick) => everyone[pick % everyone.length] as string,
        );
      return { links, mode, some };
    });
  const bothWays = (some: (most: number) => string[]): Shape[] => [
    { shape: 'isolate', targets: some(3) },
    { shape: 'groups', groups: [some(3), some(3), some(2)] },
    { shape: 'bridge', targets: some(1) },
    { shape: 'ring' },
  ];

  it('every shape but a one-way cut and a single link cuts both ways', () => {
    fc.assert(
      fc.property(given, ({ links, mode, some }) => {
        for (const shape of bothWays(some)) {
          const cut = lost(partition(shape, { mode }), links);
          for (const pair of cut) expect(cut).toContain(pair.split('>').reverse().join('>'));
        }
      }),
    );
  });

  it('a one-way cut loses what is sent there, and nothing else', () => {
    fc.assert(
      fc.property(given, ({ links, some }) => {
        const [from, to] = [some(3), some(3)];
        for (const pair of lost(partition({ shape: 'one-way', from, to }), links)) {
          const [sender = '', receiver = ''] = pair.split('>');
          expect(from).toContain(sender);
          expect(to).toContain(receiver);
        }
      }),
    );
  });

  it('in refuse mode no stream is cut alone', () => {
    fc.assert(
      fc.property(given, ({ links, some }) => {
        const shapes: Shape[] = [...bothWays(some), { shape: 'one-way', from: some(3), to: some(3) }];
        for (const shape of shapes)
          for (const { streams } of grudge(partition(shape, { mode: 'refuse' }), links))
            expect(streams).toEqual(['upstream', 'downstream']);
      }),
    );
  });

  it('who is excepted keeps every link', () => {
    fc.assert(
      fc.property(given, ({ links, mode, some }) => {
        const except = some(2);
        const shapes: Shape[] = [...bothWays(some), { shape: 'one-way', from: some(3), to: some(3) }];
        for (const shape of shapes) {
          const cut = lost(partition(shape, { mode, except }), links);
          for (const pair of cut) for (const name of pair.split('>')) expect(except).not.toContain(name);
        }
      }),
    );
  });

  it('the power device keeps its links unless it is named, clients theirs under bridge and ring', () => {
    fc.assert(
      fc.property(given, ({ links, some }) => {
        const targets = some(3).filter((name) => name !== 'power');
        const all = (shape: Shape) => [...lost(partition(shape), links)].flatMap((pair) => pair.split('>'));
        expect(all({ shape: 'isolate', targets })).not.toContain('power');
        for (const shape of [{ shape: 'ring' }, { shape: 'bridge', targets }] as Shape[])
          for (const name of all(shape)) expect(['node', 'supervisor']).toContain(kindOf(name));
      }),
    );
  });

  it('in a ring everyone sees a majority and no two see the same one', () => {
    fc.assert(
      fc.property(topology, ({ nodes, members }) => {
        const links = mesh(nodes, members as 1 | 3 | 5);
        const cut = lost(partition({ shape: 'ring' }), links);
        const everyone = [...new Set(links.flatMap((link) => [link.from, link.to]))]
          .filter((name) => ['node', 'supervisor'].includes(kindOf(name)))
          .sort();
        const seen = everyone.map((one) => everyone.filter((other) => !cut.has(`${other}>${one}`)));
        for (const names of seen) expect(names.length).toBeGreaterThan(everyone.length / 2);
        expect(new Set(seen.map(String)).size).toBe(everyone.length);
      }),
    );
  });
});

describe('a partition of a drill', () => {
  const view = {
    nodes: [
      { name: 'a', kind: 'node' as const, role: 'primary' as const, tags: [] },
      { name: 'b', kind: 'node' as const, role: 'standby' as const, tags: ['site:west'] },
      { name: 'c', kind: 'node' as const, role: 'standby' as const, tags: ['site:west'] },
    ],
    killed: [],
    paused: [],
  };
  const steps = [
    { isolate: 'primary', except: ['client:app'] },
    { groups: [['primary'], ['site:west', 'b']], mode: 'refuse' },
    { from: 'primary', to: 'standby' },
    { bridge: 'c' },
    { ring: 'majorities', mode: 'stall' },
    { link: 'primary->site:west' },
  ].map((one) => ({ partition: one }));
  const topology = { nodes: { a: { role: 'primary' }, b: {}, c: {} } };
  const drill = decodeDrill({ name: 'x', topology, steps });
  const resolved = drill.steps.map((step) =>
    resolvePartition(step['partition'] as Partition, view, seeded(1)),
  );

  it('has names for its selectors', () => {
    expect(resolved[0]).toEqual({ shape: 'isolate', targets: ['a'], except: ['client:app'], mode: 'drop' });
    expect(resolved[1]).toEqual({ shape: 'groups', groups: [['a'], ['b', 'c']], except: [], mode: 'refuse' });
    expect(resolved[5]).toEqual({ shape: 'link', from: ['a'], to: ['b', 'c'], except: [], mode: 'drop' });
  });

  it('is told in one line', () => {
    expect(resolved.map(describeGrudge)).toEqual([
      'a cut off from everyone but client:app (drop)',
      'a | b, c cut off from each other (refuse)',
      'packets from a to b, c lost, one way (drop)',
      'two halves with only c between them (drop)',
      'everyone sees a majority, no two the same one (stall)',
      'the link a->b, c cut (drop)',
    ]);
  });
});
