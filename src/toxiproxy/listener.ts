/** Listening sockets: a server that is bound and listening, or an error in the words of Go's net package. */
import type { AddressInfo, Server } from 'node:net';
import { type Address, joinHostPort, resolveListen } from './address.js';

const REASONS: Record<string, string> = {
  EADDRINUSE: 'address already in use',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'cannot assign requested address',
};

/** Why nothing could listen there; the message is Go's, e.g. `listen tcp 127.0.0.1:80: bind: permission denied`. */
class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Makes `server` listen and resolves to the address that it is bound to. Rejects with a `ListenError`. */
export async function listen(server: Server, address: string): Promise<Address> {
  const wanted = await resolveListen(address).catch((error: Error) => {
    throw new ListenError(`listen tcp: ${error.message}`);
  });
  try {
    // Go takes the unspecified IPv4 address for both families, and says so in the address that it reports.
    if (wanted.host !== '0.0.0.0') return await bind(server, wanted);
    return await bind(server, { ...wanted, host: '::' }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') throw error;
      return bind(server, wanted);
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ListenError(`listen tcp ${joinHostPort(wanted)}: bind: ${REASONS[code ?? ''] ?? message}`);
  }
}

function bind(server: Server, { host, port }: Address): Promise<Address> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off('error', reject);
      const bound = server.address() as AddressInfo;
      resolve({ host: bound.address, port: bound.port });
    });
  });
}

/** Stops listening; resolves when the listener and every connection that it accepted are closed. */
export function closeListener(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
