/** What a supervisor orders a Redis node, and what it tells its machine of that node. */
import { expect, it } from 'vitest';
import type { Configuration } from '../../../src/reference/configuration.js';
import { heartbeatOf, NOWHERE, ordersFor, type Seen, seenIn } from '../../../src/system/redis/orders.js';
import { Refusal } from '../../../src/system/redis/resp.js';

const NODES = ['a', 'b', 'c'];
const dial = (node: string) => `${node}:6379`;
const ACTIVE: Configuration = {
  version: 5,
  term: 2,
  primary: 'b',
  inSync: ['b', 'c'],
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

function orders(name: string, seen: Seen, configuration: Configuration, more = {}): string[] {
  const situation = {
    name,
    nodes: NODES,
    seen,
    configuration,
    led: undefined,
    heir: undefined,
    dial,
    ...more,
  };
  return ordersFor(situation).map((command) => command.join(' '));
}

it('promotes the primary of a later term, once', () => {
  expect(orders('b', { ...FRESH, term: 1 }, ACTIVE)).toEqual([
    'MULTI',
    'CONFIG SET replica-priority 2',
    'REPLICAOF NO ONE',
    'CLIENT UNPAUSE',
    'EXEC',
  ]);
  expect(orders('b', { ...MASTER, term: 2 }, ACTIVE)).toEqual([]);
  // It stepped down in that term, or was told to by a later one.
  expect(orders('b', { ...FRESH, term: 2 }, ACTIVE)).toEqual([]);
});

it('does not promote a process that came in the place of the one that led the term: what it has may be older', () => {
  expect(orders('b', FRESH, ACTIVE, { led: { term: 2, incarnation: 7 } })).not.toEqual([]);
  const led = { term: 2, incarnation: 6 };
  expect(orders('b', FRESH, ACTIVE, { led })).toEqual([]);
  const said = heartbeatOf({ name: 'b', nodes: NODES, seen: FRESH, configuration: ACTIVE, led }, 100);
  expect(said).toMatchObject({ term: 2, leading: false, serving: false, sentAt: 100 });
});

it('has a former primary serve nobody before its successor is there, and follow it then', () => {
  expect(orders('a', MASTER, SEALED)).toEqual([
    'MULTI',
    'CONFIG SET replica-priority 2',
    'REPLICAOF 127.0.0.1 1',
    'CLIENT KILL TYPE normal',
    'CLIENT UNPAUSE',
    'EXEC',
  ]);
  expect(orders('c', { ...FRESH, master: 'a:6379', term: 1 }, SEALED)).toEqual([]);
  expect(orders('a', { ...MASTER, isMaster: false, master: NOWHERE, term: 2 }, ACTIVE)).toEqual([
    'MULTI',
    'CONFIG SET replica-priority 2',
    'REPLICAOF b 6379',
    'EXEC',
  ]);
  expect(orders('c', { ...FRESH, master: 'b:6379', term: 2 }, ACTIVE)).toEqual([]);
});

it('orders nothing of a node that a later term was ordered to', () => {
  expect(orders('a', { ...MASTER, term: 3 }, ACTIVE)).toEqual([]);
  expect(orders('c', { ...FRESH, term: 3 }, ACTIVE)).toEqual([]);
  expect(orders('a', { ...MASTER, term: 2 }, ACTIVE)).not.toEqual([]);
});

it('tells by the port of nowhere for whom a primary stepped down', () => {
  const [, , away = ''] = orders('b', { ...MASTER, term: 2 }, ACTIVE, { heir: 'c' });
  const master = away.replace('REPLICAOF ', '').replace(' ', ':');
  const seen = { ...FRESH, term: 2, master };
  const said = (of: Seen) =>
    heartbeatOf({ name: 'b', nodes: NODES, seen: of, configuration: ACTIVE, led: undefined }, 0);
  expect(said(seen)).toMatchObject({ term: 2, leading: false, yieldedTo: 'c' });
  expect(said({ ...seen, master: NOWHERE }).yieldedTo).toBeNull();
});

it('reads what a node says of itself, and refuses what says nothing', () => {
  const server = 'run_id:00000000000fabcdef\r\n';
  const replica = [
    'role:slave\r\nmaster_host:10.0.0.1\r\nmaster_port:6379\r\nmaster_link_status:up',
    'master_sync_in_progress:0\r\nslave_repl_offset:42\r\nmaster_repl_offset:40\r\n',
  ].join('\r\n');
  const priority = ['replica-priority', '3'];
  expect(seenIn([server, replica, priority])).toEqual({
    incarnation: 15,
    isMaster: false,
    master: '10.0.0.1:6379',
    isLinked: true,
    offset: 42,
    term: 3,
  });
  expect(seenIn([server, replica.replace('up', 'down'), priority]).isLinked).toBe(false);
  expect(seenIn([server, replica.replace('progress:0', 'progress:1'), priority]).isLinked).toBe(false);
  const loading = new Refusal('LOADING Redis is loading the dataset in memory');
  expect(() => seenIn([server, loading, priority])).toThrow('LOADING');
});
