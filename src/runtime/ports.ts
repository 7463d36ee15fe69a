/**
 * Ports of the run's own, so that runs beside each other never meet and a node finds its port free when it is
 * started again. They come from below (or above) the range from which the operating system gives out ports by
 * itself; otherwise any outgoing connection on the machine could sit on a stopped node's port.
 *
 *     ... | block 17: guard, port, port, port, ... | block 18: ...
 *
 * A block belongs to whoever listens on its first port: a lock that the kernel holds, and frees at death.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { EnvironmentError } from '../errors.js';
import { seeded, shuffle } from '../random.js';

const HOST = '127.0.0.1';
const BLOCK = 512;
const LOWEST = 10_240;
const HIGHEST = 65_535;

/** Ports `first` to `first + count - 1`. */
export interface PortBlock {
  first: number;
  count: number;
}

/** Takes a block that is nobody's, for as long as this process lives. Which is tried first follows from `label`. */
export async function reserveBlock(label: string): Promise<PortBlock> {
  for (const first of shuffle(seeded(label), blocks(ephemeralRange()))) {
    const guard = await listen(first);
    if (!guard) continue;
    // What keeps it is the process, not its event loop.
    guard.unref();
    return { first: first + 1, count: BLOCK - 1 };
  }
  throw new EnvironmentError({
    expected: `a free block of ${BLOCK} ports`,
    found: 'every one taken',
    todo: 'end other runs, or take down what they left with `drill clean`',
  });
}

/** Gives out the ports of a block, each tried before use. */
export class Ports {
  readonly #block: PortBlock;
  #next = 0;

  constructor(block: PortBlock) {
    this.#block = block;
  }

  /** The next `count` ports that are free. */
  async take(count: number): Promise<number[]> {
    const taken: number[] = [];
    while (taken.length < count) {
      const wanted = Math.min(count - taken.length, this.#block.count - this.#next);
      if (wanted === 0) throw this.#exhausted(count);
      const tried = Array.from({ length: wanted }, (_, at) => this.#block.first + this.#next + at);
      this.#next += wanted;
      const free = await Promise.all(tried.map(isFree));
      taken.push(...tried.filter((_, at) => free[at]));
    }
    return taken;
  }

  #exhausted(count: number): EnvironmentError {
    const { first } = this.#block;
    return new EnvironmentError({
      expected: `${count} more free ports from ${first} to ${first + this.#block.count - 1}`,
      found: 'the block used up',
      todo: 'use a topology with fewer nodes and links',
    });
  }
}

/** The first ports of all blocks outside the ephemeral range; those below it where the range leaves any. */
export function blocks(ephemeral: { low: number; high: number }): number[] {
  const between = (from: number, to: number) =>
    Array.from({ length: Math.max(0, Math.floor((to - from) / BLOCK)) }, (_, at) => from + at * BLOCK);
  const below = between(LOWEST, ephemeral.low);
  if (below.length > 0) return below;
  const above = between(ephemeral.high + 1, HIGHEST + 1);
  // A machine that gives out all ports by itself: then the trial before use has to be enough.
  return above.length > 0 ? above : between(LOWEST, HIGHEST + 1);
}

function ephemeralRange(): { low: number; high: number } {
  try {
    const [low, high] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
      .trim()
      .split(/\s+/)
      .map(Number);
    if (low && high) return { low, high };
  } catch {
    // Not Linux.
  }
  return { low: 32_768, high: HIGHEST };
}

async function isFree(port: number): Promise<boolean> {
  const server = await listen(port);
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  return server !== undefined;
}

/** Undefined where the port is somebody's. Rejects where the reason is another. */
function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(undefined) : reject(error),
    );
    server.listen({ port, host: HOST, exclusive: true }, () => resolve(server));
  });
}
