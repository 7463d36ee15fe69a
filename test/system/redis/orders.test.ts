/** What a supervisor orders a Redis node, and what it tells its machine of that node. */
import { expect, it } from 'vitest';
import type { Configuration } from '../../../src/reference/configuration.js';
import {
  CHOSEN,
  heartbeatOf,
  NOWHERE,
  ordersFor,
  type Seen,
  seenIn,
} from '../../../src/system/redis/orders.js';
import { Refusal, type Reply } from '../../../src/system/redis/resp.js';

const NODES = ['a', 'b', 'c'];
const dial = (node: string) => `${node}:6379`;
const ACTIVE: Configuration = {
  version: 5,
  term: 2,
  primary: 'b',
  incarnation: 7,
  inSync: ['b', 'c'],
  disks: {},
  active: true,
  former: null,
};
const SEALED: Configuration = { ...ACTIVE, active: false, former: { node: 'a', term: 1 } };
const FRESH: Seen = {
  incarnation: 7,
  isMaster: false,
  master: NOWHERE,
  isLinked: false,
  offset: 0,
  term: 0,
};
const MASTER: Seen = { ...FRESH, isMaster: true, master: undefined, offset: 50, term: 1 };
const PROMOTION = ['MULTI', 'CONFIG SET replica-priority 2', 'REPLICAOF NO ONE', 'CLIENT UNPAUSE', 'EXEC'];

function orders(name: string, seen: Seen, configuration: Configuration, heir?: string): string[] {
  const situation = { name, nodes: NODES, seen, configuration, heir, dial };
  return ordersFor(situation).map((command) => command.join(' '));
}
const said = (seen: Seen, configuration: Configuration, begun?: number) =>
  heartbeatOf({ name: 'b', nodes: NODES, seen, configuration }, begun, 100);

it('promotes the primary of a later term, once', () => {
  expect(orders('b', { ...FRESH, term: 1 }, ACTIVE)).toEqual(PROMOTION);
  expect(orders('b', { ...FRESH, master: CHOSEN, term: 2 }, ACTIVE)).toEqual(PROMOTION);
  expect(orders('b', { ...MASTER, term: 2 }, ACTIVE)).toEqual([]);
  // It stepped down in that term, or was told to by a later one.
  expect(orders('b', { ...FRESH, term: 2 }, ACTIVE)).toEqual([]);
});

it('does not promote a process that came in the place of the one of the term: what it has may be older', () => {
  const another = { ...FRESH, incarnation: 6 };
  expect(orders('b', another, { ...ACTIVE, incarnation: null })).not.toEqual([]);
  expect(orders('b', another, ACTIVE)).toEqual([]);
  expect(said(another, ACTIVE)).toMatchObject({ term: 2, leading: false, serving: false, sentAt: 100 });
});

it('has nobody take anything from a former primary, and that one serve nobody, once a term is sealed', () => {
  expect(orders('a', MASTER, SEALED)).toEqual([
    'MULTI',
    'CONFIG SET replica-priority 2',
    'REPLICAOF 127.0.0.1 1',
    'CLIENT KILL TYPE normal',
    'CLIENT UNPAUSE',
    'EXEC',
  ]);
  const away = ['MULTI', 'CONFIG SET replica-priority 2', 'REPLICAOF 127.0.0.1 1', 'EXEC'];
  expect(orders('c', { ...FRESH, master: 'a:6379', term: 1 }, SEALED)).toEqual(away);
  expect(orders('c', { ...FRESH, term: 2 }, SEALED)).toEqual([]);
  expect(orders('c', { ...FRESH, term: 2 }, ACTIVE)).toContain('REPLICAOF b 6379');
  expect(orders('c', { ...FRESH, master: 'b:6379', term: 2 }, ACTIVE)).toEqual([]);
});

it('has the one that is chosen lead, without serving, and be there once it is asked to begin', () => {
  expect(orders('b', { ...FRESH, master: 'a:6379', term: 1 }, SEALED)).toContain('REPLICAOF 127.0.0.1 2');
  const chosen = { ...FRESH, master: CHOSEN, term: 2 };
  expect(orders('b', chosen, SEALED)).toEqual([]);
  expect(said(chosen, SEALED)).toMatchObject({ term: 2, leading: true, serving: false });
  // Seen before this supervisor has heard of the term: it has not stepped down.
  expect(said(chosen, { ...ACTIVE, term: 1, primary: 'a' })).toMatchObject({ term: 2, leading: true });
  expect(said(chosen, SEALED)).not.toHaveProperty('establishing');
  expect(said(chosen, SEALED, 2).establishing?.holders).toHaveProperty('b');
  // Asked in an earlier term.
  expect(said(chosen, SEALED, 1)).not.toHaveProperty('establishing');
});

it('orders nothing of a node that a later term was ordered to', () => {
  expect(orders('a', { ...MASTER, term: 3 }, ACTIVE)).toEqual([]);
  expect(orders('c', { ...FRESH, term: 3 }, ACTIVE)).toEqual([]);
  expect(orders('a', { ...MASTER, term: 2 }, ACTIVE)).not.toEqual([]);
});

it('tells by the port of nowhere for whom a primary stepped down', () => {
  const away = orders('b', { ...MASTER, term: 2 }, ACTIVE, 'c').find((order) =>
    order.startsWith('REPLICAOF'),
  );
  const [, host, port] = away?.split(' ') ?? [];
  const seen = { ...FRESH, term: 2, master: `${host}:${port}` };
  expect(said(seen, ACTIVE)).toMatchObject({ term: 2, leading: false, yieldedTo: 'c' });
  expect(said({ ...seen, master: NOWHERE }, ACTIVE).yieldedTo).toBeNull();
});

it('reads what a node says of itself, and refuses what says nothing', () => {
  const server = 'run_id:00000000000fabcdef\r\n';
  const replica = [
    'role:slave\r\nmaster_host:10.0.0.1\r\nmaster_port:6379\r\nmaster_link_status:up',
    'master_sync_in_progress:0\r\nslave_repl_offset:42\r\nmaster_repl_offset:40\r\n',
  ].join('\r\n');
  const priority = ['replica-priority', '3'];
  const told = (...answers: Reply[]) => seenIn(['OK', 'QUEUED', 'QUEUED', 'QUEUED', answers]);
  expect(told(server, replica, priority)).toEqual({
    incarnation: 15,
    isMaster: false,
    master: '10.0.0.1:6379',
    isLinked: true,
    offset: 42,
    term: 3,
  });
  expect(told(server, replica.replace('up', 'down'), priority).isLinked).toBe(false);
  expect(told(server, replica.replace('progress:0', 'progress:1'), priority).isLinked).toBe(false);
  const loading = new Refusal('LOADING Redis is loading the dataset in memory');
  expect(() => told(server, loading, priority)).toThrow('LOADING');
  expect(() => seenIn([loading])).toThrow('LOADING');
});
