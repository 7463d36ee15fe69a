/**
 * The runner's side of the agent: connections that begin in a node's network, and connections from
 * in there that end here.
 *
 *     door:   runner -> 127.0.0.1:<door> -> agent -> a link's proxy, as if its source had dialled
 *     relay:  a link's proxy -> agent -> 127.0.0.1:<device of the runner>
 *
 * And greetings: sent as if a link's source had, and heard of where the link ends.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { EnvironmentError } from '../../errors.js';
import type { Address } from '../address.js';
import type { Door } from '../links/edges.js';
import type { Entrance } from './agent/expected-greetings.js';
import { answerLine, greetingLine } from './agent/greeting-line.js';
import { join } from './agent/join.js';

/** How long an answer of the agent may be, characters. */
const LONGEST = 64;

/** A connection that begins in there. Rejects with the code of the dial's own error, such as ECONNREFUSED. */
export async function dialThrough(agent: Address, target: Address, signal: AbortSignal): Promise<Socket> {
  const socket = await connected(agent, signal);
  socket.write(`dial ${target.host} ${target.port}\n`);
  const answer = await line(socket, signal).catch((error: unknown) => {
    socket.destroy();
    throw error;
  });
  if (answer === 'ok') return socket;
  socket.destroy();
  throw Object.assign(new EnvironmentError(`connect ${answer} ${target.host}:${target.port}`), {
    code: answer,
  });
}

/**
 * Opens a door to an address in there. The first connection is made at once, so that a target that refuses is told
 * as it is: a door itself accepts everybody.
 */
export async function openDoor(agent: Address, target: Address, signal: AbortSignal): Promise<Door> {
  const sockets = new Set<Socket>();
  const held = new AbortController();
  let ready: Socket | undefined = await dialThrough(agent, target, signal);
  sockets.add(ready);
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    sockets.add(near);
    near.on('error', () => {});
    const far = ready ? Promise.resolve(ready) : dialThrough(agent, target, held.signal);
    ready = undefined;
    far.then(
      (socket) => {
        sockets.add(socket);
        join(near, socket);
      },
      () => near.destroy(),
    );
  });
  const close = () => {
    held.abort();
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  try {
    return { address: await listening(server), close };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Has one agent send datagrams to `target`, which is where the other one listens, until that has heard one. Rejects
 * with the signal's reason.
 */
export async function knockThrough(
  agent: Address,
  target: Address,
  other: Address,
  token: string,
  signal: AbortSignal,
): Promise<void> {
  const sockets: Socket[] = [];
  const order = async (whom: Address, words: string) => {
    const socket = await connected(whom, signal);
    sockets.push(socket);
    socket.write(`${words}\n`);
    return socket;
  };
  try {
    const listener = await order(other, `hear ${token}`);
    await order(agent, `knock ${target.host} ${target.port} ${token}`);
    await line(listener, signal);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

export interface Relay {
  close(): void;
}

/** Brings every connection to `port` on the agent's loopback to `device`, which may begin to listen later. */
export async function openRelay(
  agent: Address,
  port: number,
  device: Address,
  signal: AbortSignal,
): Promise<Relay> {
  const control = await connected(agent, signal);
  control.write(`relay ${port}\n`);
  const answer = await line(control, signal);
  if (answer !== 'ok') {
    control.destroy();
    throw new EnvironmentError({
      where: `port ${port} on an edge`,
      expected: 'it to be free',
      found: answer,
    });
  }
  const sockets = new Set<Socket>();
  let rest = '';
  control.setEncoding('latin1');
  control.on('data', (text: string) => {
    const ids = (rest + text).split('\n');
    rest = ids.pop() ?? '';
    for (const id of ids) take(agent, id, device, sockets);
  });
  return {
    close() {
      control.destroy();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Has a way in expect a greeting, until it is closed. Rejects where its agent does not answer. */
export async function expectGreeting(
  agent: Address,
  token: string,
  { peer, port }: Entrance,
  onArrival: () => void,
  signal: AbortSignal,
): Promise<{ close(): void }> {
  const control = await connected(agent, signal);
  try {
    control.write(`expect ${token} ${peer} ${port}\n`);
    await line(control, signal);
  } catch (error) {
    control.destroy();
    throw error;
  }
  control.once('data', onArrival);
  return { close: () => void control.destroy() };
}

/**
 * Greets from in there. Resolves when the greeting is answered; rejects with the code of the dial's own error, or
 * when the connection is closed without an answer.
 */
export async function greetThrough(
  agent: Address,
  target: Address,
  secret: string,
  token: string,
  signal: AbortSignal,
): Promise<void> {
  const socket = await dialThrough(agent, target, signal);
  const answer = answerLine(token);
  try {
    socket.write(greetingLine(secret, token));
    // A node that speaks first is heard first; the answer is the last that is heard.
    let heard = '';
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const closed = () => reject(new EnvironmentError('the connection was closed without an answer'));
      socket.setEncoding('latin1');
      socket.on('data', (text: string) => {
        heard = (heard + text).slice(-answer.length);
        if (heard === answer) resolve();
      });
      socket.once('end', closed);
      socket.once('close', closed);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  } finally {
    socket.destroy();
  }
}

function take(agent: Address, id: string, device: Address, sockets: Set<Socket>): void {
  const far = connect({ ...agent, noDelay: true, allowHalfOpen: true });
  const near = connect({ ...device, noDelay: true, allowHalfOpen: true });
  for (const socket of [far, near]) {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  }
  far.write(`take ${id}\n`);
  join(far, near);
}

function connected(address: Address, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({ ...address, noDelay: true, allowHalfOpen: true });
    const abort = () => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', abort));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      // From here on an error shows as the end of the connection.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

/** The first line that comes; what follows it stays in the socket. */
function line(socket: Socket, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const end = (settle: () => void) => {
      socket.off('readable', read);
      socket.off('end', closed);
      socket.off('close', closed);
      signal.removeEventListener('abort', abort);
      settle();
    };
    const abort = () => end(() => reject(signal.reason));
    const closed = () => end(() => reject(new EnvironmentError('the agent closed the connection')));
    const read = () => {
      for (
        let byte = socket.read(1) as Buffer | null;
        byte !== null;
        byte = socket.read(1) as Buffer | null
      ) {
        const letter = byte.toString('latin1');
        if (letter === '\n') return end(() => resolve(said));
        said += letter;
        if (said.length > LONGEST)
          return end(() => reject(new EnvironmentError(`expected a short answer, found "${said}"`)));
      }
    };
    socket.on('readable', read);
    socket.once('end', closed);
    socket.once('close', closed);
    if (signal.aborted) abort();
    else if (socket.closed) closed();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function listening(server: Server): Promise<Address> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const { port } = server.address() as { port: number };
      resolve({ host: '127.0.0.1', port });
    });
  });
}
