/**
 * The embedded Toxiproxy: a server that speaks Toxiproxy 2.12's HTTP API and does to connections what it does.
 *
 *     const toxiproxy = await startToxiproxy({ listen: '127.0.0.1:0', clock: systemClock, random: seeded(7) });
 *     new Toxiproxy(toxiproxy.url)   // any client of Toxiproxy's
 *     await toxiproxy.close();
 *
 * It differs from Toxiproxy 2.12 on purpose in this: a missing host is loopback; a body over 1 MB is 413, for what it
 * would be as objects does not fit into memory; a foreign Host or Origin is 403, as a browser is; a call never waits for
 * a receiver that does not read, or for a reset under way; a change that is refused changes nothing; a slicer or a
 * bandwidth with senseless attributes does no harm; delays of several latency toxics add up for queued bytes too.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../clock.js';
import { EnvironmentError, messageOf } from '../errors.js';
import { integer, type Random } from '../random.js';
import { joinHostPort } from './address.js';
import { bodyTooLarge } from './api-error.js';
import { closeListener, listen } from './listener.js';
import { pageBehind } from './page-guard.js';
import { cleanPath, encodePath, splitUrl } from './path.js';
import { ProxyCollection } from './proxy-collection.js';
import { empty, errorReply, plain, type Reply } from './reply.js';
import { type Handler, route } from './routes.js';

interface ToxiproxyOptions {
  /** Where the API listens, `host:port`. Port 0 picks a free one, a missing host is loopback. */
  listen: string;
  clock: Clock;
  random: Random;
}

export interface ToxiproxyServer {
  /** Of the API, `http://host:port`. */
  readonly url: string;
  /** Ends the API, every proxy and every connection; resolves when no socket and no timer is left. */
  close(): Promise<void>;
}

/** Beside what Toxiproxy tells: when it began and had done what it was asked, ms of the machine's monotonic clock. */
const INSTANTS = 'X-Failover-Drill-Instants';

/** The largest body that is taken, in bytes. A list of some ten thousand proxies is smaller. */
const LARGEST_BODY = 1024 * 1024;

/** How long an idle connection to the API is kept, in milliseconds: as long as Toxiproxy does. */
const KEEP_ALIVE = 60_000;

/** Rejects with an `EnvironmentError` where the address cannot be listened on. */
export async function startToxiproxy({
  listen: address,
  clock,
  random,
}: ToxiproxyOptions): Promise<ToxiproxyServer> {
  const proxies = new ProxyCollection(clock, random);
  const ids = random.fork('request-id');
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE }, async (request, response) => {
    send(response, await answer(proxies, request, requestId(ids), clock));
  });
  const bound = await listen(server, address).catch((error) => {
    throw new EnvironmentError({
      message: 'the embedded Toxiproxy cannot start',
      where: address,
      expected: 'an address to listen on, host:port',
      found: messageOf(error),
      todo: 'choose another address or port (port 0 picks a free one), or stop what listens there',
    });
  });
  return {
    url: `http://${joinHostPort(bound)}`,
    async close() {
      const closed = closeListener(server);
      server.closeAllConnections();
      await Promise.all([closed, proxies.clear()]);
    },
  };
}

async function answer(
  proxies: ProxyCollection,
  request: IncomingMessage,
  id: string,
  clock: Clock,
): Promise<Reply> {
  const method = request.method ?? '';
  const { path, query } = splitUrl(request.url ?? '');
  if (path === undefined) return { ...plain(400, '400 Bad Request'), headers: { Connection: 'close' } };
  const clean = cleanPath(path);
  if (clean !== path) return empty(301, { Location: encodePath(clean) + query });
  const found = route(method, path);
  if (!found) return plain(404, '404 page not found');
  if (!found.handler) return empty(405);
  const began = clock.now();
  const reply = await handle(found.handler, found.names, proxies, request);
  reply.headers[INSTANTS] = `${began} ${clock.now()}`;
  reply.headers['X-Toxiproxy-Request-Id'] = id;
  return reply;
}

async function handle(
  handler: Handler,
  names: string[],
  proxies: ProxyCollection,
  request: IncomingMessage,
): Promise<Reply> {
  // Pages in a browser must not control proxies on the user's machine.
  const page = pageBehind(request);
  if (page !== undefined) return plain(403, page);
  try {
    return await handler({ proxies, names, body: await readAll(request) });
  } catch (error) {
    return errorReply(error);
  }
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}

/** A body that is too large is read to its end all the same, or its sender would not come to read the answer. */
async function readAll(request: IncomingMessage): Promise<Buffer> {
  let chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LARGEST_BODY) chunks = [];
    else chunks.push(chunk);
  }
  if (length > LARGEST_BODY) throw bodyTooLarge();
  return Buffer.concat(chunks);
}

/** Twenty letters and digits, as the identifiers of Toxiproxy's requests have. */
function requestId(random: Random): string {
  return Array.from({ length: 20 }, () => integer(random, 0, 31).toString(32)).join('');
}
