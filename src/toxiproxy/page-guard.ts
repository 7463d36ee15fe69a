/**
 * Keeps pages in a browser away from what listens on the user's machine: a page can send requests to loopback, and by a
 * name of its own that leads there (DNS rebinding) it can read the answers, too.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Why a request is not taken; undefined where nothing speaks for a page. */
export function pageBehind({ headers, socket }: IncomingMessage): string | undefined {
  if (headers['user-agent']?.startsWith('Mozilla/')) return 'User agent not allowed';
  const { origin, host } = headers;
  if (origin !== undefined && origin !== `http://${host}`) return 'Origin not allowed';
  // Whoever listens on other addresses may have given them names.
  const isOnLoopback = /^(?:127\.|::1$|::ffff:127\.)/.test(socket.localAddress ?? '');
  if (isOnLoopback && host !== undefined && !isLocal(host)) return 'Host not allowed';
  return undefined;
}

/** An address, or a name that no page can have: one without a domain, or with one that is nobody's. */
function isLocal(host: string): boolean {
  const name = host
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  return isIP(name) !== 0 || !name.includes('.') || /\.(?:localhost|internal|local)$/.test(name);
}
