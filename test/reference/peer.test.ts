import { once } from 'node:events';
import { createServer as createHttp, type Server } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { takeIn } from '../../src/reference/intake.js';
import type { Message } from '../../src/reference/message.js';
import { Peer } from '../../src/reference/peer.js';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** Messages stand for themselves here: what they say is the machines' business. */
const message = (number: number, ballast = '') =>
  ({ type: 'heartbeat', number, ballast }) as unknown as Message;
const numberOf = (one: Message) => (one as unknown as { number: number }).number;

/** A server that takes in what peers send, until it has `count` messages. */
async function receiver(count: number) {
  const heard: Message[] = [];
  let all: () => void = () => undefined;
  const complete = new Promise<void>((resolve) => {
    all = resolve;
  });
  const sockets: Socket[] = [];
  const server: Server = createHttp();
  server.on('upgrade', (_request, socket, head) => {
    sockets.push(socket as Socket);
    takeIn(socket, head, systemClock, (one) => {
      heard.push(one);
      if (heard.length === count) all();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  });
  const { port } = server.address() as AddressInfo;
  return { port, heard, complete, sockets };
}

function peerAt(port: number, patience = 5000): Peer {
  return new Peer({ host: '127.0.0.1', port }, systemClock, patience);
}

describe('messages to a peer', () => {
  it('come in order, over one connection', async () => {
    const { port, heard, complete, sockets } = await receiver(300);
    const peer = peerAt(port);
    for (let number = 0; number < 300; number++) {
      peer.send(message(number));
      if (number % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await complete;
    expect(heard.map(numberOf)).toEqual(Array.from({ length: 300 }, (_, number) => number));
    expect(sockets).toHaveLength(1);
  });

  it('may be as long as a log', async () => {
    const { port, heard, complete } = await receiver(1);
    const ballast = 'é\n"'.repeat(1_000_000);
    peerAt(port).send(message(1, ballast));
    await complete;
    expect((heard[0] as unknown as { ballast: string }).ballast === ballast).toBe(true);
  });

  it('go on over another connection once one has answered nothing for too long', async () => {
    const silent: Socket[] = [];
    const server = createServer((socket) => {
      silent.push(socket);
      socket.on('error', () => undefined);
      // The second message goes out once the connection of the first one is given up.
      if (silent.length === 1) socket.resume().once('close', () => peer.send(message(2)));
      else again(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push({
      close() {
        server.close();
        for (const socket of silent) socket.destroy();
      },
    });
    let again: (socket: Socket) => void = () => undefined;
    const second = new Promise<Socket>((resolve) => {
      again = resolve;
    });
    const peer = peerAt((server.address() as AddressInfo).port, 50);
    peer.send(message(1));
    let text = '';
    for await (const chunk of await second) {
      text += chunk;
      if (text.includes('"number":2')) break;
    }
    expect(text).not.toContain('"number":1');
  });

  it('stay on a connection that answers, however long it takes all in all', async () => {
    const { port, complete, sockets } = await receiver(20);
    const peer = peerAt(port, 2000);
    const began = systemClock.now();
    let number = 0;
    await new Promise<void>((resolve) => {
      const next = () => {
        peer.send(message(number++));
        if (number === 20) resolve();
        else systemClock.timer(150, next);
      };
      next();
    });
    await complete;
    expect(systemClock.now() - began).toBeGreaterThan(2000);
    expect(sockets).toHaveLength(1);
  });

  it('are dropped, the oldest first, where there are more than can wait', async () => {
    const { port, heard, complete } = await receiver(128);
    const peer = peerAt(port);
    for (let number = 0; number < 1000; number++) peer.send(message(number));
    await complete;
    expect(heard.map(numberOf)).toEqual(Array.from({ length: 128 }, (_, at) => 872 + at));
  });
});

describe('the intake', () => {
  it.each(['nonsense\n', '1 {"no": \n', '1\n'])('leaves a peer that sends %j', async (text) => {
    const { port, heard } = await receiver(1);
    const socket = connect(port, '127.0.0.1');
    open.push({ close: () => socket.destroy() });
    socket.write(`GET /peer HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: messages\r\n\r\n${text}`);
    socket.resume();
    await once(socket, 'close');
    expect(heard).toEqual([]);
  });
});
