import { expect, it } from 'vitest';
import { limitedTo } from '../../src/drill/container.js';
import { candidates } from '../../src/drill/targets.js';
import { nodesNeeding, parseDrill } from '../built-in.js';

const example = parseDrill(
  `name: x
topology:
  nodes: { a: { role: primary }, b: { tags: [site:west] }, c: { tags: [site:west] } }
  supervisor: { members: 1 }
steps:
  - clock: { target: b, skew: +5m }
  - together: [ { clock: { target: supervisor, skew: -1s } }, { clock: { target: b, skew: -1s } } ]
`,
  'x.yaml',
);

it.each([
  ['a', ['a']],
  ['site:west', ['b', 'c']],
  ['primary', ['a', 'b', 'c']],
  ['random 1 standby', ['a', 'b', 'c']],
  ['all supervisor', ['supervisor-1']],
  ['paused', ['a', 'b', 'c', 'supervisor-1']],
])('%s may be any of %s', (selector, names) => expect(candidates(selector, example)).toEqual(names));

it('knows whose clocks may be set, in steps together too', () =>
  expect(nodesNeeding('clock', example)).toEqual(['b', 'supervisor-1']));

it.each([
  ['/data:size=64m', 64 * 1024 ** 2],
  ['/data:mode=1777,size=1024k', 1024 ** 2],
  ['/data:size=4096', 4096],
  ['/data:size=50%', undefined],
  ['/data:mode=1777', undefined],
  ['/data', undefined],
  ['/other:size=64m', undefined],
])('the tmpfs %s limits /data to %s bytes', (use, bytes) =>
  expect(limitedTo({ tmpfs: ['/run', use] }, '/data')).toBe(bytes),
);
