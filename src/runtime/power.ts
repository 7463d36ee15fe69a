/**
 * The power device: what a supervisor fences with (STONITH), provided by the runner so that it works beside the
 * node that is to be fenced, and reached over links, so that these can be cut too.
 *
 *     POST /off/<node>     ends the node at once; 200 {"off":true} when the operating system says that it is gone;
 *                          410 where whoever gave the order has hung up before it was begun
 *     GET  /list           200 {"running":["a","c"]}
 *     GET  /greet/<token>  200, for the witness of the links that lead here
 *
 * It answers to nobody else on the machine than to whoever has the run's key.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { becomes, type Clock, sleep, soon } from '../clock.js';
import { EnvironmentError, messageOf } from '../errors.js';
import { pageBehind } from '../toxiproxy/page-guard.js';
import type { Address } from './address.js';
import type { Kills } from './runtime.js';

export interface PowerSetting {
  clock: Clock;
  /** Where it listens; loopback. */
  address: Address;
  /** Whoever orders or asks has to have it: `authorization: Bearer <key>`. */
  key: string;
  /** Whom it can turn off. */
  nodes: readonly string[];
  kills: Kills;
  /** Milliseconds from an order to its execution. */
  delay?: number;
  /** Told when a node was turned off by an order; `at` is the clock's instant. */
  onOff?(node: string, at: number): void;
  /** Told of each greeting that arrived. */
  onGreeting?(token: string): void;
}

export interface PowerDevice {
  /** Resolves when it listens no more; orders that were not carried out yet never will be. */
  close(): Promise<void>;
}

/** How long a process may take to be gone, ms. */
const PATIENCE = 5000;

/** Rejects with an `EnvironmentError` where the address is taken. */
export async function openPower(setting: PowerSetting): Promise<PowerDevice> {
  const ending = new AbortController();
  const server = createServer((request, response) => {
    answer(request, setting, ending.signal).then(
      ([status, body]) => send(response, status, body),
      (error: unknown) => send(response, 500, { error: messageOf(error) }),
    );
  });
  await listen(server, setting.address);
  return {
    close() {
      ending.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

type Answer = [status: number, body: object];

async function answer(request: IncomingMessage, setting: PowerSetting, signal: AbortSignal): Promise<Answer> {
  request.resume();
  const page = pageBehind(request);
  if (page !== undefined) return [403, { error: page }];
  const [, verb, name, more] = (request.url ?? '').split('/');
  // A greeting says of itself whose it is.
  if (request.method === 'GET' && verb === 'greet' && name) {
    setting.onGreeting?.(name);
    return [200, {}];
  }
  if (request.headers.authorization !== `Bearer ${setting.key}`)
    return [401, { error: 'expected the key of this run in the authorization header' }];
  if (request.method === 'GET' && verb === 'list' && name === undefined) {
    return [200, { running: await runningOf(setting) }];
  }
  if (request.method === 'POST' && verb === 'off' && name !== undefined && more === undefined) {
    if (!setting.nodes.includes(name)) return [404, { error: `no node "${name}"` }];
    if (await isGivenUp(request)) return [410, { error: 'nobody waits for the answer' }];
    await turnOff(name, setting, signal);
    return [200, { off: true }];
  }
  return [404, { error: 'no such order' }];
}

async function runningOf({ nodes, kills }: PowerSetting): Promise<string[]> {
  const running = await Promise.all(nodes.map((node) => kills.running(node)));
  return nodes.filter((_, at) => running[at]);
}

/**
 * Whether whoever gave the order had hung up before this device came to look at it, because the machine was too busy:
 * they took it for failed, and may have gone on and started the node again.
 */
async function isGivenUp({ socket }: IncomingMessage): Promise<boolean> {
  // The end of a connection that is there already is read in the event loop's next turn.
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => soon(resolve));
  return socket.destroyed || socket.readableEnded;
}

/** Once begun, an order is carried out even if whoever gave it is gone by then: power switches do not take orders back. */
async function turnOff(node: string, setting: PowerSetting, signal: AbortSignal): Promise<void> {
  const { clock, kills, delay = 0, onOff } = setting;
  if (delay > 0) await sleep(clock, delay, signal);
  signal.throwIfAborted();
  if (await kills.running(node)) {
    try {
      const { at } = await kills.kill(node, 'SIGKILL');
      onOff?.(node, at);
    } catch (error) {
      // Somebody else ended it between the look and the kill.
      if (await kills.running(node)) throw error;
    }
  }
  const gone = await becomes(clock, PATIENCE, async () => signal.aborted || !(await kills.running(node)));
  signal.throwIfAborted();
  if (gone) return;
  const found = `its process ${PATIENCE} ms after it was killed`;
  throw new EnvironmentError({ where: `node ${node}`, expected: 'it to be gone', found });
}

function listen(server: Server, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new EnvironmentError(
          { where: 'the power device', expected: `${host}:${port} to be free`, found: messageOf(error) },
          { cause: error },
        ),
      ),
    );
    server.listen({ host, port }, () => resolve());
  });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}
