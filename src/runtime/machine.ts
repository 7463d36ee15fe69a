/** What every drill needs of its machine, wherever its nodes run: a loopback interface, and enough open files. */
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Clock, within } from '../clock.js';
import { EnvironmentError, messageOf } from '../errors.js';

export interface Lack {
  found: string;
  todo: string;
}

/** The address at which nodes, links and agents are reached. */
const LOOPBACK = '127.0.0.1';
/** How long a connection to this machine itself may take, ms. */
const PATIENCE = 10_000;
/** Below which not even the program itself can be loaded with certainty. A small drill takes some hundred. */
const FEWEST_FILES = 256;

/** Rejects with an `EnvironmentError` that names what this machine lacks, and what to do about it. */
export async function assertMachine(clock: Clock): Promise<void> {
  assertOpenFiles();
  const lack = await lackOfLoopback(clock);
  if (lack)
    throw new EnvironmentError({
      where: 'this machine',
      expected: `connections to its own address ${LOOPBACK}`,
      ...lack,
    });
}

/** Throws an `EnvironmentError` where this process may have too few files open at once. */
export function assertOpenFiles(): void {
  const limit = openFileLimit();
  if (limit === undefined || limit >= FEWEST_FILES) return;
  throw new EnvironmentError({
    where: 'this process',
    expected: `to be allowed ${FEWEST_FILES} open files, of which connections are a part`,
    found: `${limit}`,
    todo: 'raise the limit (`ulimit -n 1024`, or LimitNOFILE= where systemd starts it)',
  });
}

/** How many files this process may have open at once; undefined where that is not told, or where it is without limit. */
export function openFileLimit(): number | undefined {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}

/** Why this machine cannot be connected to at its loopback address; undefined where it can. Tried. */
export async function lackOfLoopback(clock: Clock): Promise<Lack | undefined> {
  try {
    await within(clock, PATIENCE, `a connection to ${LOOPBACK}`, dialSelf);
    return undefined;
  } catch (error) {
    return whyNot(messageOf(error));
  }
}

/** Only those that are up are told. */
function whyNot(reason: string): Lack {
  const inner = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.filter(({ internal }) => internal).map(({ address }) => ({ name, address })),
  );
  const [first] = inner;
  if (!first)
    return {
      found: `that the loopback interface is down (${reason})`,
      todo: 'run `ip link set lo up` as root',
    };
  if (inner.some(({ address }) => address === LOOPBACK))
    return { found: reason, todo: `let processes of this machine connect to ${LOOPBACK} (a packet filter?)` };
  return {
    found: `only ${inner.map(({ address }) => address).join(', ')} on ${first.name} (${reason})`,
    todo: `run \`ip addr add ${LOOPBACK}/8 dev ${first.name}\` as root: drills use IPv4 on loopback`,
  };
}

function dialSelf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    const end = (settle: () => void) => {
      server.close();
      settle();
    };
    signal.addEventListener('abort', () => end(() => reject(signal.reason)), { once: true });
    server.once('error', reject);
    server.listen({ host: LOOPBACK, port: 0 }, () => {
      const { port } = server.address() as { port: number };
      const socket = connect({ host: LOOPBACK, port, signal });
      socket.once('connect', () => end(resolve));
      socket.once('error', (error) => end(() => reject(error)));
      socket.once('connect', () => socket.destroy());
    });
  });
}
