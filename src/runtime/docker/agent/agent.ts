/**
 * The agent: our hand in a node's network. It runs on the node's edge and listens on one port for the runner, who
 * begins each connection with a line:
 *
 *     dial <host> <port>    connects from in there; answers `ok` or the error's code; then bytes go through
 *     relay <port>          listens on the container's own loopback; tells `<id>` of each connection that comes in
 *     take <id>             goes on as that connection
 *     expect <token> <peer> <port>
 *                           expects a greeting at the way in for as long as the runner holds the connection; tells
 *                           `arrived` when it is there
 *     knock <host> <port> <token>   sends datagrams there for as long as the connection is held
 *     hear <token>          answers `ok` once such a datagram has come
 *     GET /proxies ...      anything else is for Toxiproxy's API, which listens on the container's loopback
 */
import { type BlockList, connect, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../../clock.js';
import type { Datagrams } from './datagrams.js';
import type { ExpectedGreetings } from './expected-greetings.js';
import { join } from './join.js';

export interface AgentSetting {
  host: string;
  port: number;
  /** Where Toxiproxy's API listens, on loopback. */
  api: number;
  /** Of the way in. */
  expected: ExpectedGreetings;
  clock: Clock;
  /** From where nobody may come: these are the node's own addresses. */
  closedTo: BlockList;
  /** What knocks and hears. Without it, whoever asks for that is turned away. */
  datagrams?: Datagrams | undefined;
}

/** How long a line may be, and how long a connection that came in waits to be taken, ms. */
const LONGEST_LINE = 256;
const PATIENCE = 5000;
const LOOPBACK = '127.0.0.1';
const ORDER = /^(dial|relay|take|expect|knock|hear) ([^\n]{1,200})\n/;
/** What an order looks like as long as its line is not whole. */
const BEGINNING =
  /^(?:d|di|dia|dial|r|re|rel|rela|relay|t|ta|tak|take|e|ex|exp|expe|expec|expect|k|kn|kno|knoc|knock|h|he|hea|hear)(?: [^\n]*)?$/;

/** Resolves once it listens. */
export function startAgent({
  host,
  port,
  api,
  expected,
  clock,
  closedTo,
  datagrams,
}: AgentSetting): Promise<Server> {
  /** Connections that came in at a relay and wait for the runner. */
  const waiting = new Map<string, Socket>();
  let count = 0;

  const orders: Readonly<Record<string, (socket: Socket, words: string[]) => void>> = {
    dial: (socket, [target = '', number = '']) => dial(socket, target, Number(number)),
    relay: (socket, [number = '']) =>
      relay(socket, Number(number), (incoming) => {
        const id = String(++count);
        waiting.set(id, incoming);
        clock.timer(PATIENCE, () => waiting.delete(id) && incoming.destroy());
        return id;
      }),
    take: (socket, [id = '']) => {
      const incoming = waiting.get(id);
      waiting.delete(id);
      if (!incoming) return void socket.destroy();
      join(socket, incoming);
    },
    expect: (socket, [token = '', peer = '', number = '']) => {
      const stop = expected.expect(token, { peer, port: Number(number) }, () => socket.write('arrived\n'));
      hold(socket, stop);
      socket.write('ok\n');
    },
    knock: (socket, [target = '', number = '', token = '']) =>
      held(socket, datagrams && (() => datagrams.knock(target, Number(number), token))),
    hear: (socket, [token = '']) =>
      held(socket, datagrams && (() => datagrams.listen(token, () => void socket.write('ok\n')))),
  };

  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    if (closedTo.check(socket.remoteAddress ?? '')) return void socket.destroy();
    let said = Buffer.alloc(0);
    const listen = (chunk: Buffer) => {
      said = Buffer.concat([said, chunk]);
      const text = said.toString('latin1', 0, LONGEST_LINE);
      const [line, verb = '', rest = ''] = ORDER.exec(text) ?? [];
      if (line === undefined && BEGINNING.test(text) && said.length < LONGEST_LINE) return;
      socket.off('data', listen);
      socket.pause();
      const more = said.subarray(line?.length ?? 0);
      if (more.length > 0) socket.unshift(more);
      if (line === undefined)
        through(socket, connect({ host: LOOPBACK, port: api, noDelay: true, allowHalfOpen: true }));
      else orders[verb]?.(socket, rest.split(' '));
    };
    socket.on('data', listen);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => resolve(server));
  });
}

/** Connects, and says how that went, before anything goes through. */
function dial(socket: Socket, host: string, port: number): void {
  const target = connect({ host, port, noDelay: true, allowHalfOpen: true });
  const refuse = (error: NodeJS.ErrnoException) => socket.end(`${error.code ?? 'EIO'}\n`);
  socket.once('close', () => target.destroy());
  target.once('error', refuse);
  target.once('connect', () => {
    target.off('error', refuse);
    socket.write('ok\n');
    join(socket, target);
  });
}

/** Listens for as long as the runner holds the connection that asked for it. */
function relay(socket: Socket, port: number, enter: (incoming: Socket) => string): void {
  const server = createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: true }, (incoming) => {
    incoming.on('error', () => {});
    socket.write(`${enter(incoming)}\n`);
  });
  server.once('error', (error: NodeJS.ErrnoException) => socket.end(`${error.code ?? 'EIO'}\n`));
  server.listen({ host: LOOPBACK, port }, () => socket.write('ok\n'));
  hold(socket, () => server.close());
}

/** Something that lasts for as long as the runner holds the connection. */
function hold(socket: Socket, end: () => void): void {
  socket.once('close', end);
  socket.once('end', () => socket.end());
  socket.resume();
}

/** Goes on with something for as long as the runner holds the connection that asked for it. */
function held(socket: Socket, begin: (() => () => void) | undefined): void {
  if (!begin) return void socket.destroy();
  socket.once('close', begin());
  socket.once('end', () => socket.end());
  socket.resume();
}

function through(socket: Socket, target: Socket): void {
  target.once('connect', () => join(socket, target));
  target.on('error', () => socket.destroy());
}
