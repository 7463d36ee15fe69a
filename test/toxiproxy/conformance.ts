/**
 * Runs tests of the HTTP API, byte for byte, against the embedded server and, where a `toxiproxy-server` is on
 * PATH, against that one too.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { freshId, seeded } from '../../src/random.js';
import { Ports, reserveBlock } from '../../src/runtime/ports.js';
import { startToxiproxy } from '../../src/toxiproxy/server.js';
import { Api } from './harness.js';

interface Running {
  url: string;
  stop(): Promise<unknown> | unknown;
}

async function embedded(): Promise<Running> {
  const server = await startToxiproxy({ listen: '127.0.0.1:0', clock: systemClock, random: seeded(1) });
  return { url: server.url, stop: () => server.close() };
}

const binary = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'toxiproxy-server'))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

const ports = reserveBlock(freshId()).then((block) => new Ports(block));

async function real(): Promise<Running> {
  const [port] = await (await ports).take(1);
  const child = spawn(binary as string, ['-host', '127.0.0.1', '-port', String(port)], { stdio: 'ignore' });
  const api = new Api(`http://127.0.0.1:${port}`);
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await api.call('GET', '/version').catch(() => undefined))
      return { url: api.url, stop: () => child.kill() };
    await pause(25);
  }
  child.kill();
  throw new Error(`expected ${binary} to answer at ${api.url}`);
}

const servers: [string, () => Promise<Running>][] = [['embedded', embedded]];
if (binary) servers.push(['toxiproxy-server', real]);

export const JSON_TYPE = 'application/json';
export const TEXT_TYPE = 'text/plain; charset=utf-8';

/** Status, content type and body. */
type Outcome = [status: number, type: string | undefined, body: string];

/** The answer of Toxiproxy to what it refuses. */
export const error = (status: number, message: string): Outcome => [
  status,
  TEXT_TYPE,
  `${JSON.stringify({ error: message, status })}\n`,
];

/** The API of the server that the tests run against now. */
export class ApiUnderTest extends Api {
  async outcome(method: string, path: string, body?: unknown): Promise<Outcome> {
    const { status, headers, body: text } = await this.call(method, path, body);
    return [status, headers['content-type'] as string | undefined, text];
  }

  /** Creates a proxy, `p` unless `body` names it otherwise, and resolves to the answer. */
  async create(body: object = {}): Promise<{ listen: string; enabled: boolean }> {
    const defaults = { name: 'p', listen: '127.0.0.1:0', upstream: '127.0.0.1:9' };
    return JSON.parse((await this.call('POST', '/proxies', { ...defaults, ...body })).body);
  }

  async clear(): Promise<void> {
    for (const name of Object.keys(JSON.parse((await this.call('GET', '/proxies')).body)))
      await this.call('DELETE', `/proxies/${encodeURIComponent(name)}`);
  }
}

/** Defines the same tests for each server. Each test begins without proxies. */
export function onEachServer(define: (api: ApiUnderTest) => void): void {
  describe.each(servers)('%s', (_, start) => {
    const api = new ApiUnderTest('');
    let running: Running;
    beforeAll(async () => {
      running = await start();
      api.url = running.url;
    });
    afterAll(() => running.stop());
    beforeEach(() => api.clear());
    define(api);
  });
}
