/**
 * Addresses of the form `host:port`, read, resolved and refused as Go's net package does.
 *
 *     "localhost:6379" -> { host: '127.0.0.1', port: 6379 }
 *     ""               -> { host: '127.0.0.1', port: 0 }      (Go: every address; ours stays on loopback)
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { portOfService } from './services.js';

export interface Address {
  host: string;
  port: number;
}

/** An address that cannot be read or resolved; the message is Go's. */
export class AddressError extends Error {
  override readonly name = 'AddressError';
}

/** Splits at the last colon; the host of an IPv6 address stands in brackets. Throws an `AddressError`. */
export function splitHostPort(address: string): { host: string; port: string } {
  const refuse = (why: string) => new AddressError(`address ${address}: ${why}`);
  const bracketed = /^\[([^\]]*)\](.*)$/s.exec(address);
  if (address.startsWith('[') && !bracketed) throw refuse("missing ']' in address");
  if (bracketed) {
    const [, host = '', rest = ''] = bracketed;
    if (rest === '') throw refuse('missing port in address');
    if (!rest.startsWith(':'))
      throw refuse(rest.includes(':') ? 'too many colons in address' : 'missing port in address');
    if (rest.indexOf(':', 1) > 0) throw refuse('too many colons in address');
    return { host, port: rest.slice(1) };
  }
  const colon = address.lastIndexOf(':');
  if (colon < 0) throw refuse('missing port in address');
  if (address.indexOf(':') < colon) throw refuse('too many colons in address');
  return { host: address.slice(0, colon), port: address.slice(colon + 1) };
}

/** The port's number, which may have a sign, or be the name of a service. Throws an `AddressError`. */
export function parsePort(port: string): number {
  if (!/^[+-]?\d*$/.test(port)) {
    const known = portOfService(port);
    if (known === undefined) throw new AddressError(`lookup tcp/${port}: unknown port`);
    return known;
  }
  const number = Number(port.replace(/^[+-]$/, ''));
  if (number < 0 || number > 65535) throw new AddressError(`address ${port}: invalid port`);
  return Math.abs(number);
}

/**
 * The address to listen on: a name is looked up (IPv4 first), a missing host is loopback.
 * Rejects with an `AddressError`.
 */
export async function resolveListen(listen: string): Promise<Address> {
  if (listen === '') return { host: '127.0.0.1', port: 0 };
  const { host, port } = splitHostPort(listen);
  return { host: await resolveHost(host || '127.0.0.1'), port: parsePort(port) };
}

/** The address to dial. A missing or unspecified host is this machine. Throws an `AddressError`. */
export function dialAddress(upstream: string): Address {
  if (upstream === '') throw new AddressError('missing address');
  const { host, port } = splitHostPort(upstream);
  const local = host === '' || host === '0.0.0.0' || host === '::';
  return { host: local ? 'localhost' : host, port: parsePort(port) };
}

export function joinHostPort({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

async function resolveHost(host: string): Promise<string> {
  if (isIP(host) === 6) return new URL(`http://[${host}]`).hostname.slice(1, -1);
  if (isIP(host) === 4) return host;
  const found = await lookup(host, { all: true }).catch(() => []);
  const first = found.find(({ family }) => family === 4) ?? found[0];
  if (!first) throw new AddressError(`lookup ${host}: no such host`);
  return first.address;
}
