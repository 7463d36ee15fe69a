/**
 * Subnets for a run: a block that nothing on this machine uses yet, cut into one small network for each node.
 *
 *     10.217.64.0/21  ->  10.217.64.0/26 (control), 10.217.64.64/26 (a), 10.217.64.128/26 (b), ...
 */
import { EnvironmentError } from '../../errors.js';
import { type Random, shuffle } from '../../random.js';

/** An IPv4 network: its first address as a number, and how many bits name it. */
export interface Network {
  base: number;
  bits: number;
}

/** A small network: its addresses end in .1 (the engine's gateway), .2 (the node), .3 (the proxies), ... */
export const SUBNET_BITS = 26;
const BLOCK_BITS = 21;
/** How many small networks a block has. */
export const SUBNETS_PER_BLOCK = 2 ** (SUBNET_BITS - BLOCK_BITS);
/** Private, and seldom used by anything else: 10.128.0.0/9. */
const POOL: Network = { base: (10 << 24) | (128 << 16), bits: 9 };

/** The blocks that overlap with nothing in `used`, in an order that follows from the randomness. */
export function freeBlocks(used: readonly Network[], random: Random): Network[] {
  const count = 2 ** (BLOCK_BITS - POOL.bits);
  const all = Array.from({ length: count }, (_, at) => ({
    base: POOL.base + at * sizeOf(BLOCK_BITS),
    bits: BLOCK_BITS,
  }));
  const free = all.filter((block) => !used.some((network) => overlap(block, network)));
  if (free.length === 0) {
    throw new EnvironmentError({
      expected: `a free /${BLOCK_BITS} network in ${formatNetwork(POOL)}`,
      found: 'every one in use',
      todo: 'remove networks that nobody needs any more (`drill clean`, `docker network prune`)',
    });
  }
  return shuffle(random, free);
}

/** The small network with this number in a block. */
export function subnet(block: Network, number: number): Network {
  return { base: block.base + number * sizeOf(SUBNET_BITS), bits: SUBNET_BITS };
}

/** The address with this number in a network. */
export function addressIn(network: Network, number: number): string {
  return formatAddress(network.base + number);
}

export function formatNetwork({ base, bits }: Network): string {
  return `${formatAddress(base)}/${bits}`;
}

/** Reads `10.1.2.0/24`; undefined for what is no IPv4 network. */
export function parseNetwork(text: string): Network | undefined {
  const [, address = '', bits = ''] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(text) ?? [];
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => part > 255) || Number(bits) > 32) return undefined;
  const value = parts.reduce((sum, part) => sum * 256 + part, 0);
  const size = sizeOf(Number(bits));
  return { base: Math.floor(value / size) * size, bits: Number(bits) };
}

/** The networks in the text of /proc/net/route; the default route leads everywhere and is left out. */
export function parseRoutes(text: string): Network[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, destination = '', , , , , , mask = ''] = line.split(/\s+/);
      const bits = [...Number.parseInt(swapped(mask), 16).toString(2)].filter((bit) => bit === '1').length;
      const base = Number.parseInt(swapped(destination), 16);
      return Number.isNaN(base) || bits === 0 ? [] : [{ base, bits }];
    });
}

/** The kernel writes addresses with their last byte first. */
function swapped(hex: string): string {
  return hex.match(/../g)?.reverse().join('') ?? '';
}

function overlap(one: Network, other: Network): boolean {
  return one.base < other.base + sizeOf(other.bits) && other.base < one.base + sizeOf(one.bits);
}

function sizeOf(bits: number): number {
  return 2 ** (32 - bits);
}

function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
