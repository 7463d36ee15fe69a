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
/**
 * Addresses that are nobody's on the internet. The first are seldom used by anything else; the others are for a machine
 * whose own network has them all, and the last are meant for measuring between networks (RFC 2544).
 */
const POOLS = ['10.128.0.0/9', '172.16.0.0/12', '192.168.0.0/16', '198.18.0.0/15'];

/**
 * The blocks that overlap with nothing in `used`: those of one pool after those of another, in an order that follows
 * from the randomness.
 */
export function freeBlocks(used: readonly Network[], random: Random): Network[] {
  const free = POOLS.flatMap((pool) => {
    const blocks = blocksOf(parseNetwork(pool) ?? { base: 0, bits: BLOCK_BITS });
    return shuffle(
      random,
      blocks.filter((block) => !used.some((network) => overlap(block, network))),
    );
  });
  if (free.length > 0) return free;
  throw new EnvironmentError({
    expected: `a free /${BLOCK_BITS} network in ${POOLS.join(', ')}`,
    found: 'every one in use',
    todo: 'remove networks that nobody needs any more (`drill clean`, `docker network prune`)',
  });
}

function blocksOf(pool: Network): Network[] {
  return Array.from({ length: 2 ** (BLOCK_BITS - pool.bits) }, (_, at) => ({
    base: pool.base + at * sizeOf(BLOCK_BITS),
    bits: BLOCK_BITS,
  }));
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

/**
 * The networks in the text of /proc/net/fib_trie, which has the routes of every table, those of a tunnel too; the default
 * route leads everywhere and is left out.
 *
 *     |-- 10.250.88.0
 *        /26 link UNICAST
 */
export function parseRoutes(text: string): Network[] {
  let address = '';
  return text.split('\n').flatMap((line) => {
    address = /\|-- (\S+)/.exec(line)?.[1] ?? address;
    const [, bits] = /^\s+\/(\d+) /.exec(line) ?? [];
    return bits === undefined || bits === '0' ? [] : (parseNetwork(`${address}/${bits}`) ?? []);
  });
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
