/** The HTTP server in front of a node or supervisor. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Endpoint } from './client.js';
import type { Reply } from './desk.js';

/** The largest body that is taken, in characters. */
const LIMIT = 64 * 1024 * 1024;

/** Whoever answers the requests. */
type Serve = (method: string, url: string, body: string, reply: Reply) => void;

/** Resolves once it listens. */
export function listen({ host, port }: Endpoint, serve: Serve): Promise<void> {
  const options = { keepAlive: true, keepAliveTimeout: 120_000, requestTimeout: 0 };
  const server = createServer(options, (request, response) => take(request, response, serve));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, 1024, resolve);
  });
}

function take(request: IncomingMessage, response: ServerResponse, serve: Serve): void {
  const { method = 'GET', url = '/' } = request;
  const reply: Reply = (status, body) => answer(response, status, body);
  if (method === 'GET') {
    request.resume();
    serve(method, url, '', reply);
    return;
  }
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
    if (body.length > LIMIT) request.destroy();
  });
  request.on('end', () => serve(method, url, body, reply));
}

function answer(response: ServerResponse, status: number, body: string): void {
  if (response.destroyed) return;
  response.sendDate = false;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
