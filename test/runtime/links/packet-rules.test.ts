/** Which packets a cut stops, as rules of iptables, and what is read back of them. */

import { describe, expect, it } from 'vitest';
import { packetCuts } from '../../../src/runtime/links/packets/packet-cuts.js';
import { baseRules, chainRules, heldCuts, rulesOf } from '../../../src/runtime/links/packets/packet-rules.js';
import { type CutMode, grudge, type ResolvedPartition } from '../../../src/topology/grudge.js';
import type { Link } from '../../../src/topology/links.js';
import { mesh } from '../opened.js';

const LINKS: Link[] = [...mesh('a', 'b', 'c'), { name: 'a->b:26379', from: 'a', to: 'b', port: 26379 }];
const sidesOf = (link: string) => LINKS.find(({ name }) => name === link) ?? expect.fail(link);
type Shape =
  | { shape: 'isolate'; targets: string[] }
  | { shape: 'one-way' | 'link'; from: string[]; to: string[] };

/** `a->b all`, ... for a partition of a, b and c. */
function packetsOf(shape: Shape, mode: CutMode = 'drop'): string[] {
  const partition: ResolvedPartition = { ...shape, except: [], mode };
  const cuts = packetCuts('fault-1', mode, grudge(partition, LINKS), sidesOf);
  return cuts.map(({ from, to, share }) => `${from}->${to} ${share}`).sort();
}

describe('packets of a partition', () => {
  it('both ways: all of them, in both directions', () => {
    const all = ['a->b all', 'a->c all', 'b->a all', 'c->a all'];
    expect(packetsOf({ shape: 'isolate', targets: ['a'] })).toEqual(all);
    expect(packetsOf({ shape: 'isolate', targets: ['a'] }, 'refuse')).toEqual(all);
  });

  it('one way: all of them in one direction, none in the other', () => {
    expect(packetsOf({ shape: 'one-way', from: ['a'], to: ['b'] })).toEqual(['a->b all']);
  });

  it('one link: what its source begins, and the answers to that', () => {
    const ofLink = ['a->b begun', 'b->a answers'];
    expect(packetsOf({ shape: 'link', from: ['a'], to: ['b'] })).toEqual(ofLink);
    expect(packetsOf({ shape: 'one-way', from: ['a'], to: ['b'] }, 'refuse')).toEqual(ofLink);
  });

  it('cannot be held back', () => {
    expect(() => packetsOf({ shape: 'isolate', targets: ['a'] }, 'stall')).toThrow(/found "stall"/);
  });
});

describe('rules', () => {
  const cut = { from: 'a', to: 'b', share: 'begun', fault: 'fault-1', mode: 'drop' } as const;

  it('refuse before they drop, and let refusals through', () => {
    const rules = rulesOf('DRILL-1', [cut, { ...cut, fault: 'fault-2', share: 'all', mode: 'refuse' }]);
    expect(
      rules.map((rule) => rule.replace(/^-A DRILL-1 /, '').replace('-m comment --comment ', '')),
    ).toEqual([
      '-p tcp --tcp-flags RST RST -j ACCEPT',
      '-p icmp --icmp-type destination-unreachable -j ACCEPT',
      '-p tcp "fault-2 all" -j REJECT --reject-with tcp-reset',
      '! -p tcp "fault-2 all" -j REJECT --reject-with icmp-port-unreachable',
      '-p tcp -m conntrack --ctdir ORIGINAL "fault-1 begun" -j DROP',
      '-p tcp -m conntrack --ctstate INVALID,UNTRACKED "fault-1 begun" -j DROP',
      '! -p tcp "fault-1 begun" -j DROP',
    ]);
    expect(rulesOf('DRILL-1', [{ ...cut, share: 'answers' }])).toEqual([
      '-A DRILL-1 -p tcp -m conntrack --ctdir REPLY -m comment --comment "fault-1 answers" -j DROP',
    ]);
  });

  it('are made and replaced all at once', () => {
    const base = baseRules([{ chain: 'DRILL-1', address: '10.0.0.2', mac: '02:42:0a:00:00:02' }]);
    expect(base).toMatch(/^\*filter\n:DRILL - .*\n:DRILL-1 - .*\n-I INPUT -j DRILL\n[\s\S]*\nCOMMIT\n$/);
    expect(
      chainRules(
        new Map([
          ['DRILL-1', []],
          ['DRILL-2', ['-A DRILL-2 -j DROP']],
        ]),
      ),
    ).toBe('*filter\n-F DRILL-1\n-F DRILL-2\n-A DRILL-2 -j DROP\nCOMMIT\n');
  });

  const dump = `*filter
:INPUT ACCEPT [0:0]
:DRILL - [0:0]
:DRILL-1 - [0:0]
[9:540] -A INPUT -j DRILL
[4:200] -A DRILL -m mac --mac-source 02:42:0a:00:00:02 -j DRILL-1
[3:180] -A DRILL-1 -p tcp -m conntrack --ctdir ORIGINAL -m comment --comment "fault-1 begun" -j DROP
[0:0] -A DRILL-1 -p tcp -m conntrack --ctstate INVALID,UNTRACKED -m comment --comment "fault-1 begun" -j DROP
[2:60] -A DRILL-1 ! -p tcp -m comment --comment "fault-1 begun" -j DROP
[1:60] -A DRILL-1 -p tcp -m comment --comment "fault-2 all" -j REJECT --reject-with tcp-reset
COMMIT
`;

  it('are read back with what they stopped', () => {
    expect(heldCuts(dump)).toEqual([
      { chain: 'DRILL-1', fault: 'fault-1', share: 'begun', target: 'DROP', packets: 5 },
      { chain: 'DRILL-1', fault: 'fault-2', share: 'all', target: 'REJECT', packets: 1 },
    ]);
  });

  it.each(['-A INPUT -j DRILL', '--mac-source 02:42:0a:00:00:02 -j DRILL-1'])(
    'count for nothing where no packet is led to them: without %s',
    (way) => {
      const without = dump.split('\n').filter((line) => !line.includes(way));
      expect(heldCuts(without.join('\n'))).toEqual([]);
    },
  );

  it.each([
    ['-p vrrp -j ACCEPT', 0],
    ['-g OTHERS', 0],
    ['-i eth0 -j OTHERS', 0],
    ['-j RETURN', 0],
    ['! -i lo -j ACCEPT', 0],
    ['-i lo -j ACCEPT', 2],
    ['-d 10.0.0.9/32 -j DROP', 2],
    ['-p vrrp -j LOG --log-prefix "vrrp "', 2],
    ['-p vrrp', 2],
  ])("count only where none of the node's own rules lets packets in before: %s", (rule, count) => {
    const jump = '[9:540] -A INPUT -j DRILL';
    const before = dump.replace(jump, `[1:60] -A INPUT ${rule}\n${jump}`);
    expect(heldCuts(before)).toHaveLength(count);
    const after = dump.replace(jump, `${jump}\n[1:60] -A INPUT ${rule}`);
    expect(heldCuts(after)).toHaveLength(2);
  });
});
