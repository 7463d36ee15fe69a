/**
 * Redis: a primary and its replicas, which supervisors of ours watch and promote by REPLICAOF (system/redis/orders.ts).
 *
 *     replication: async      a write is acknowledged at once
 *     replication: semi-sync  it is, once WAIT tells that one replica has it; until then nobody knows
 */
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Problem } from '../drill/problem.js';
import type { TopologySpec } from '../drill/topology.js';
import { EnvironmentError, messageOf } from '../errors.js';
import type { Value } from '../history/event.js';
import type { Address } from '../runtime/address.js';
import { entry } from '../runtime/entry.js';
import { NOWHERE, QUESTIONS, seenIn } from './redis/orders.js';
import { type Command, RedisClient, type RedisExchange, Refusal, type Reply } from './redis/resp.js';
import type { RedisSupervisorConfig } from './redis/ways.js';
import { configOf, referenceSystem } from './reference.js';
import {
  type Connection,
  defineSystem,
  type NodeContext,
  type Operation,
  type Outcome,
  type RoleAnswer,
} from './system.js';

const settings = z.strictObject({
  appendfsync: z
    .enum(['always', 'everysec', 'no'])
    .default('always')
    .meta({ description: 'when the append-only file is synced to disk' }),
});
type Settings = z.output<typeof settings>;

/** The recipe of its image, from Debian's packages. */
const RECIPE = fileURLToPath(new URL('../../fixtures/images/redis', import.meta.url));

/** How long a write waits for a replica at most, in ms. */
const WAIT_MS = 500;

export const redisSystem = defineSystem({
  name: 'redis',
  operations: ['read', 'write', 'cas', 'append', 'add', 'enqueue', 'dequeue', 'transfer'],
  settings,
  executable: 'redis-server',
  container: { build: { context: RECIPE }, expose: [6379] },
  check,

  program: ({ listen, data, settings }: NodeContext) => ({
    command: [
      'redis-server',
      ...Object.entries(optionsOf(listen, data, settings as Settings)).flatMap(([name, value]) => [
        `--${name}`,
        ...value,
      ]),
    ],
  }),

  connect(address: Address, { topology }) {
    const confirmed = topology.replication !== 'async';
    const client = new RedisClient(address, [['ROLE']], refusalOf);
    return connection(client, confirmed);
  },

  role: async (address, signal) => roleIn(address, await ask(address, QUESTIONS, signal)),

  /** Any reply to it will do: one that still loads its data is there. */
  async greet(address, token, signal) {
    await ask(address, [['PING', token]], signal);
  },

  supervisors: {
    program(node) {
      const config: RedisSupervisorConfig = { ...configOf(node), routes: node.routes };
      const command = [entry('reference/process.js'), JSON.stringify(config), entry('system/redis/ways.js')];
      return { ...referenceSystem.program(node), command: [process.execPath, ...command] };
    },
    eventOf: referenceSystem.eventOf,
    greet: referenceSystem.greet,
    arrivalOf: referenceSystem.arrivalOf,
  },

  switchover: referenceSystem.switchover,
});

/** What Redis cannot do that a topology of ours may ask for. */
function check({ supervisor, replication }: TopologySpec): Problem[] {
  const problems: Problem[] = [];
  if (replication === 'sync')
    problems.push({
      path: ['replication'],
      expected: '`async` or `semi-sync`: Redis acknowledges at once, or once WAIT has told of a replica',
      found: '`sync`',
    });
  if (supervisor === 'none')
    problems.push({
      path: ['supervisor'],
      expected: 'supervisors: Redis by itself promotes nobody',
      found: 'none',
      todo: 'leave it out for the usual ones',
    });
  else if (supervisor.lease !== false)
    problems.push({
      path: ['supervisor', 'lease'],
      expected: '`lease: false`: Redis does not stop serving by itself',
      found: 'a lease',
      todo: 'write it so; what ends an old primary here is fencing',
    });
  if (supervisor !== 'none' && supervisor.trigger === 'standby')
    problems.push({
      path: ['supervisor', 'trigger'],
      expected: '`supervisor`: replicas of Redis do not trigger a failover',
      found: '`standby`',
    });
  return problems;
}

/** Starts as a replica of nowhere: one that comes back serves nobody until a supervisor says what it is. */
function optionsOf({ host, port }: Address, data: string, { appendfsync }: Settings) {
  const [nowhere = '', nowhereAt = ''] = NOWHERE.split(':');
  return {
    bind: [host],
    port: [String(port)],
    dir: [data],
    save: [''],
    appendonly: ['yes'],
    appendfsync: [appendfsync],
    replicaof: [nowhere, nowhereAt],
    'replica-priority': ['0'],
    'protected-mode': ['no'],
    'repl-diskless-sync-delay': ['0'],
    'repl-ping-replica-period': ['1'],
    'repl-timeout': ['3'],
  };
}

/** As Redis asks of clients that follow a Sentinel: a connection is used only once its node has said that it is the master. */
function refusalOf([role]: readonly Reply[]): string | undefined {
  if (role instanceof Refusal) return role.message;
  return Array.isArray(role) && role[0] === 'master' ? undefined : 'not the primary: it is a replica';
}

function connection(client: RedisClient, confirmed: boolean): Connection {
  return {
    async invoke(operation, signal) {
      const isRead = operation.f === 'read';
      const wait: Command[] = confirmed && !isRead ? [['WAIT', 1, WAIT_MS]] : [];
      const exchange = await client.exchange([commandOf(operation), ...wait], signal);
      if (!isRead) return outcomeOf(exchange, operation, confirmed);
      const isList = exchange.kind === 'replies' && isWrongType(exchange.replies[0]);
      if (!isList) return outcomeOf(exchange, operation, false);
      const list = await client.exchange([['LRANGE', operation.key, 0, -1]], signal);
      return outcomeOf(list, operation, false);
    },
    close: () => client.close(),
  };
}

/** Sets the second in the place of the first, where that is there; values are compared as they were written. */
const CAS = `local there = redis.call('GET', KEYS[1])
if (there or 'null') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`;

/** Takes an amount from one place of a list of numbers to another one; nothing there counts as 0. */
const TRANSFER = `local balances = cjson.decode(redis.call('GET', KEYS[1]) or '[]')
local from, to, amount = ARGV[1] + 1, ARGV[2] + 1, ARGV[3]
for place = #balances + 1, math.max(from, to) do balances[place] = 0 end
balances[from] = balances[from] - amount
balances[to] = balances[to] + amount
redis.call('SET', KEYS[1], cjson.encode(balances))
return 1`;

function commandOf({ f, key, value }: Operation): Command {
  const text = JSON.stringify(value);
  switch (f) {
    case 'read':
      return ['GET', key];
    case 'write':
      return ['SET', key, text];
    case 'append':
    case 'enqueue':
      return ['RPUSH', key, text];
    case 'dequeue':
      return ['LPOP', key];
    case 'add':
      return ['INCRBY', key, text];
    case 'transfer':
      return ['EVAL', TRANSFER, 1, key, ...(value as number[])];
    case 'cas': {
      const [from, to] = value as Value[];
      return ['EVAL', CAS, 1, key, JSON.stringify(from), JSON.stringify(to)];
    }
  }
}

function isWrongType(reply: Reply | undefined): boolean {
  return reply instanceof Refusal && reply.message.startsWith('WRONGTYPE');
}

function outcomeOf(exchange: RedisExchange, { f, value }: Operation, confirmed: boolean): Outcome {
  if (exchange.kind === 'unsent') return { type: 'fail', error: exchange.error };
  if (exchange.kind === 'doubt') return { type: 'info', error: exchange.error };
  const [reply, waited] = exchange.replies;
  if (reply === undefined || reply instanceof Refusal)
    return { type: 'fail', error: reply?.message ?? 'no reply' };
  if (f === 'read') return readOutcome(reply);
  if (f === 'cas' && reply === 0) return { type: 'fail', error: 'another value is there', mismatch: true };
  if (!confirmed || (typeof waited === 'number' && waited >= 1))
    return f === 'dequeue' ? readOutcome(reply) : { type: 'ok', value };
  const error =
    waited instanceof Refusal ? waited.message : `written, and no replica has it after ${WAIT_MS} ms`;
  return { type: 'info', error };
}

function readOutcome(reply: Exclude<Reply, Refusal>): Outcome {
  try {
    const value = Array.isArray(reply)
      ? reply.map((item) => JSON.parse(String(item)) as Value)
      : reply === null
        ? null
        : (JSON.parse(String(reply)) as Value);
    return { type: 'ok', value };
  } catch {
    return { type: 'fail', error: `expected JSON, found ${JSON.stringify(reply).slice(0, 60)}` };
  }
}

function roleIn({ host, port }: Address, replies: readonly Reply[]): RoleAnswer {
  try {
    const { isMaster, isLinked, term } = seenIn(replies);
    return { role: isMaster ? 'primary' : 'standby', inSync: isMaster || isLinked, term };
  } catch (error) {
    throw new EnvironmentError({ where: `${host}:${port}`, message: messageOf(error) });
  }
}

/** Asks beside the links, on a connection of its own. Rejects where there is no reply. */
async function ask(address: Address, commands: readonly Command[], signal: AbortSignal): Promise<Reply[]> {
  const client = new RedisClient(address);
  const result = await client.exchange(commands, signal);
  client.close();
  if (result.kind === 'replies') return result.replies;
  throw new EnvironmentError({ where: `${address.host}:${address.port}`, message: result.error });
}
