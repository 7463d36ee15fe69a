/**
 * The reference system: the embedded reference service and its supervisors, as processes that speak HTTP.
 *
 *     PUT /kv/<key>  POST /kv/<key>  GET /kv/<key>  GET /role  GET /live  POST /switchover
 */
import * as z from 'zod';
import { EnvironmentError, InternalError } from '../errors.js';
import type { EventBody, OperationType, SupervisorEvent, Value } from '../history/event.js';
import { isAnswered } from '../history/operation-type.js';
import { type Exchange, HttpClient, type HttpWay } from '../reference/client.js';
import { POWER_KEY, type ShellConfig } from '../reference/shell.js';
import type { Address } from '../runtime/address.js';
import { entry } from '../runtime/entry.js';
import type { Program } from '../runtime/runtime.js';
import { POWER } from '../topology/links.js';
import type {
  Connection,
  Greets,
  LoggedEvent,
  LogsEvents,
  NodeContext,
  Outcome,
  RoleAnswer,
  RoleAsker,
  Switches,
  System,
  TellsRole,
} from './system.js';

/** `settings` of the topology. */
const settings = z.strictObject({
  fsync: z
    .boolean()
    .default(true)
    .meta({ description: 'false: a write is acknowledged before it is on disk' }),
});

export const referenceSystem: System & TellsRole & LogsEvents & Switches & Required<Greets> = {
  name: 'reference',
  embedded: true,
  operations: ['read', 'write', 'cas', 'append', 'add', 'enqueue', 'dequeue', 'transfer'],
  settings,

  program(node: NodeContext): Program {
    return {
      command: [process.execPath, entry('reference/process.js'), JSON.stringify(configOf(node))],
      ...(node.peers.includes(POWER) ? { environment: { [POWER_KEY]: node.powerKey } } : {}),
    };
  },

  connect(address: Address): Connection {
    const client = wayTo(address);
    return {
      async invoke(operation, signal) {
        const { f, key, value } = operation;
        const [method, body] = REQUESTS[f](value);
        const path = `/kv/${encodeURIComponent(key)}`;
        const result = await client.exchange(method, path, body, signal);
        return outcomeOf(result, isAnswered(f) ? undefined : value);
      },
      close: () => client.close(),
    };
  },

  async role(address, signal): Promise<RoleAnswer> {
    const asker = roleAsker(address);
    try {
      return await asker.role(signal);
    } finally {
      asker.close();
    }
  },

  roleAsker,

  eventOf(node, line) {
    return line.startsWith('{') ? loggedEvent(node, line) : undefined;
  },

  check({ supervisor }) {
    if (supervisor !== 'none') return [];
    return [
      {
        path: ['supervisor'],
        expected: 'supervisors, without which the reference system has no primary',
        found: 'none',
        todo: 'leave it out for the usual ones',
      },
    ];
  },

  async switchover(to, { supervisors, observe }, signal) {
    let refusal: unknown;
    for (const supervisor of supervisors) {
      try {
        await ask(observe(supervisor), 'POST', '/switchover', JSON.stringify({ to }), signal);
        return;
      } catch (error) {
        refusal = error;
      }
    }
    throw refusal;
  },

  async greet(address, token, signal) {
    await ask(address, 'GET', `/live?token=${encodeURIComponent(token)}`, '', signal);
  },

  arrivalOf(line) {
    if (!line.includes('"greeted"')) return undefined;
    const parsed = parseLine(line);
    return parsed?.event === 'greeted' ? parsed.token : undefined;
  },
};

/** How each operation is asked for: the method, and the body. */
const REQUESTS: Readonly<Record<OperationType, (value: Value) => [method: string, body: string]>> = {
  read: () => ['GET', ''],
  write: (value) => ['PUT', JSON.stringify(value)],
  cas: (value) => ['POST', JSON.stringify({ cas: value })],
  append: (value) => ['POST', JSON.stringify({ append: value })],
  add: (value) => ['POST', JSON.stringify({ add: value })],
  enqueue: (value) => ['POST', JSON.stringify({ append: value })],
  dequeue: () => ['POST', JSON.stringify({ take: 'first' })],
  transfer: (value) => ['POST', JSON.stringify({ transfer: value })],
};

interface RoleBody {
  role: 'primary' | 'standby';
  term: number;
  until?: number;
  accepted: number;
  in_sync: boolean;
}

interface Line {
  at?: number;
  event?: string;
  target?: string;
  role?: 'primary' | 'standby';
  term?: number;
  until?: number;
  detail?: string;
  token?: string;
}

const SUPERVISOR_EVENTS: readonly string[] = [
  'declared',
  'fencing',
  'fenced',
  'fence-failed',
  'sealed',
  'promoting',
  'promoted',
  'switchover',
  'in-sync',
  'out-of-sync',
] satisfies SupervisorEvent['event'][];

/** What a node or supervisor of ours is told at its start. */
export function configOf({
  topology,
  listen,
  name,
  kind,
  seed,
  settings: own,
  ...node
}: NodeContext): ShellConfig {
  const { supervisor, replication } = topology;
  if (supervisor === 'none') throw new InternalError('a reference system without supervisors');
  const { heartbeat, process: list } = supervisor.detect;
  return {
    kind,
    name,
    listen,
    // It runs there, and the folder's path has the run's label in it.
    data: '.',
    fsync: (own as Partial<z.output<typeof settings>>).fsync ?? true,
    seed,
    nodes: [...node.nodes],
    supervisors: [...node.supervisors],
    peers: Object.fromEntries(node.peers.map((peer) => [peer, node.dial(peer)])),
    primary: node.primary,
    automaticFailback: node.automaticFailback,
    replication,
    trigger: supervisor.trigger,
    detect: { ...(heartbeat ? { heartbeat } : {}), ...(list ? { process: list } : {}) },
    quorum: supervisor.quorum,
    fencing: supervisor.fencing,
    lease: supervisor.lease,
    // A node's end with its runner is the reaper's business: it works for any program.
    lifeline: false,
  };
}

function outcomeOf(result: Exchange, written: Value | undefined): Outcome {
  if (result.kind === 'unsent') return { type: 'fail', error: result.error };
  if (result.kind === 'doubt') return { type: 'info', error: result.error };
  const { status, text } = result;
  let body: { value?: Value; node?: string; term?: number; error?: string; primary?: string };
  try {
    body = JSON.parse(text);
  } catch {
    return { type: 'info', error: `expected JSON, found ${JSON.stringify(text.slice(0, 40))}` };
  }
  const { node, term, error = `status ${status}`, primary } = body;
  if (status === 200) {
    const value = written === undefined ? (body.value ?? null) : written;
    return { type: 'ok', value, ...(node ? { node } : {}), ...(term === undefined ? {} : { term }) };
  }
  if (status === 409) return { type: 'fail', error, mismatch: true };
  if ([404, 421, 503].includes(status)) return { type: 'fail', error, ...(primary ? { primary } : {}) };
  return { type: 'info', error };
}

function parseLine(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}

function loggedEvent(node: string, line: string): LoggedEvent | undefined {
  const parsed = parseLine(line);
  const body = parsed && bodyOf(node, parsed);
  if (!body) return undefined;
  const { at, until } = parsed;
  return { ...(at === undefined ? {} : { at }), ...(until === undefined ? {} : { until }), body };
}

function bodyOf(node: string, line: Line): EventBody | undefined {
  const { event, target, role, term, detail } = line;
  const extra = { ...(term === undefined ? {} : { term }), ...(detail === undefined ? {} : { detail }) };
  if (event === 'role' && role)
    return { type: 'role', node, role, source: 'log', ...(term === undefined ? {} : { term }) };
  if (event === 'running' || event === 'loaded')
    return { type: 'node', node, event, ...(detail === undefined ? {} : { detail }) };
  if (event === 'in-sync' && target === node) return { type: 'node', node, event: 'in-sync' };
  if (event && target && SUPERVISOR_EVENTS.includes(event))
    return { type: 'supervisor', node, event: event as SupervisorEvent['event'], target, ...extra };
  return undefined;
}

function wayTo(address: Address): HttpWay {
  return address.http?.() ?? new HttpClient(address);
}

function roleAsker(address: Address): RoleAsker {
  const client = wayTo(address);
  return {
    async role(signal) {
      const result = await client.exchange('GET', '/role', '', signal);
      const body = bodyOf200(result, address, '/role') as RoleBody;
      return {
        role: body.role,
        term: body.term,
        accepted: body.accepted,
        inSync: body.in_sync,
        ...(body.until === undefined ? {} : { until: body.until }),
      };
    },
    close: () => client.close(),
  };
}

/** Asks beside the links, on a connection of its own; resolves with the body of a 200. */
async function ask(address: Address, method: string, path: string, body: string, signal: AbortSignal) {
  const client = wayTo(address);
  const result = await client.exchange(method, path, body, signal);
  client.close();
  return bodyOf200(result, address, path);
}

function bodyOf200(result: Exchange, address: Address, path: string): unknown {
  const where = `${address.host}:${address.port}${path}`;
  if (result.kind !== 'answer') throw new EnvironmentError({ where, message: result.error });
  if (result.status !== 200)
    throw new EnvironmentError({ where, expected: 'status 200', found: `${result.status} ${result.text}` });
  return JSON.parse(result.text);
}
