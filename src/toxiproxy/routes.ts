/** The routes of Toxiproxy's HTTP API, as a table from path and method to what is done. */
import { encodeToxic } from './installed-toxic.js';
import { encodeArray, encodeMap, encodeObject } from './json/encode.js';
import type { TcpProxy } from './proxy.js';
import type { ProxyCollection } from './proxy-collection.js';
import { readProxies, readProxy, requireFields } from './proxy-input.js';
import { empty, errorFields, json, type Reply } from './reply.js';

/** The version of Toxiproxy that this server behaves like. */
const VERSION = '2.12.0';

export interface Request {
  proxies: ProxyCollection;
  body: Buffer;
  /** The names in the path: the proxy's, and the toxic's. */
  names: string[];
}

/** Throws an `ApiError`, or an error whose message is answered with the status 500. */
export type Handler = (request: Request) => Reply | Promise<Reply>;

const ROUTES: readonly { path: RegExp; methods: Record<string, Handler> }[] = [
  {
    path: /^\/version$/,
    methods: { GET: () => json(200, `{"version": "${VERSION}"}\n`, 'application/json;charset=utf-8') },
  },
  { path: /^\/reset$/, methods: { POST: reset } },
  { path: /^\/populate$/, methods: { POST: populate } },
  {
    path: /^\/proxies$/,
    methods: {
      GET: ({ proxies }) => json(200, encodeMap(proxies.list().map((proxy) => [proxy.name, proxy.encode()]))),
      POST: createProxy,
    },
  },
  {
    path: /^\/proxies\/([^/]+)$/,
    methods: {
      GET: (request) => json(200, proxyOf(request).encode()),
      POST: updateProxy,
      PATCH: updateProxy,
      DELETE: deleteProxy,
    },
  },
  {
    path: /^\/proxies\/([^/]+)\/toxics$/,
    methods: {
      GET: (request) => json(200, encodeArray(proxyOf(request).toxics.list().map(encodeToxic))),
      POST: (request) => json(200, encodeToxic(proxyOf(request).toxics.add(request.body))),
    },
  },
  {
    path: /^\/proxies\/([^/]+)\/toxics\/([^/]+)$/,
    methods: {
      GET: (request) => json(200, encodeToxic(proxyOf(request).toxics.get(toxicName(request)))),
      POST: updateToxic,
      PATCH: updateToxic,
      DELETE: deleteToxic,
    },
  },
];

/** Finds what a path and a method ask for; `handler` is missing where the path exists for other methods only. */
export function route(
  method: string,
  path: string,
): { handler: Handler | undefined; names: string[] } | undefined {
  for (const { path: pattern, methods } of ROUTES) {
    const match = pattern.exec(path);
    if (match) return { handler: methods[method], names: match.slice(1) };
  }
  return undefined;
}

async function reset({ proxies }: Request): Promise<Reply> {
  await proxies.reset();
  return empty(204);
}

/** Creates or replaces proxies in turn, up to the first that fails; the answer names those that were done. */
async function populate({ proxies, body }: Request): Promise<Reply> {
  const done: TcpProxy[] = [];
  try {
    for (const input of readProxies(body)) done.push(await proxies.addOrReplace(input));
    return json(201, encodeObject([populated(done)]));
  } catch (error) {
    const { status, fields } = errorFields(error);
    return json(status, encodeObject([...fields, populated(done)]));
  }
}

function populated(proxies: readonly TcpProxy[]): [string, string] {
  // A slice of Go that nothing was appended to is null.
  return ['proxies', proxies.length > 0 ? encodeArray(proxies.map((proxy) => proxy.encode())) : 'null'];
}

async function createProxy({ proxies, body }: Request): Promise<Reply> {
  const input = readProxy(body);
  requireFields(input);
  const proxy = await proxies.add(input);
  return json(201, proxy.encode());
}

async function updateProxy(request: Request): Promise<Reply> {
  const proxy = proxyOf(request);
  const { listen, upstream, enabled } = proxy;
  await proxy.update(readProxy(request.body, { listen, upstream, enabled }));
  return json(200, proxy.encode());
}

async function deleteProxy({ proxies, names: [name = ''] }: Request): Promise<Reply> {
  await proxies.remove(name);
  return empty(204);
}

function updateToxic(request: Request): Reply {
  return json(200, encodeToxic(proxyOf(request).toxics.update(toxicName(request), request.body)));
}

function deleteToxic(request: Request): Reply {
  proxyOf(request).toxics.remove(toxicName(request));
  return empty(204);
}

function proxyOf({ proxies, names: [name = ''] }: Request): TcpProxy {
  return proxies.get(name);
}

function toxicName({ names: [, name = ''] }: Request): string {
  return name;
}
