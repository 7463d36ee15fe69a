/**
 * What the embedded Toxiproxy costs: round trips, requests, bytes and connections a second, direct, through a
 * plain pair of piped sockets, through a proxy without toxics and through a container's way in; and how long toxics
 * take to come and go.
 *
 *     npm run build && node test/bench/toxiproxy.mjs [--dist DIR] [--toxiproxy URL]
 *
 * The load, the server at the far end and each proxy are processes of their own. With --toxiproxy the proxy is
 * the user's own server, for comparison.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Toxiproxy } from 'toxiproxy-node-client';

const { values: options } = parseArgs({
  options: {
    dist: { type: 'string', default: fileURLToPath(new URL('../../dist', import.meta.url)) },
    toxiproxy: { type: 'string' },
    role: { type: 'string' },
    target: { type: 'string' },
  },
});
const noDelay = { noDelay: true };
const LOOPBACK = '127.0.0.1';
const now = () => performance.now();

if (options.role === 'far-end') farEnd();
else if (options.role === 'pipe') pipe(Number(options.target));
else await main();

/** Echoes what it gets; after a first byte of `S` it swallows what it gets. */
function farEnd() {
  serve((socket) => {
    let swallow;
    socket.on('data', (data) => {
      swallow ??= data[0] === 0x53;
      if (!swallow) socket.write(data);
    });
    socket.on('end', () => swallow && socket.end('done'));
  });
}

function pipe(target) {
  serve((socket) => {
    const upstream = connect({ port: target, host: '127.0.0.1', ...noDelay });
    upstream.on('error', () => socket.destroy());
    socket.pipe(upstream).pipe(socket);
  });
}

function serve(accept) {
  const server = createServer({ ...noDelay, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    accept(socket);
  });
  server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
}

async function main() {
  const self = fileURLToPath(import.meta.url);
  const children = [];
  const start = async (...args) => {
    const child = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, FAILOVER_DRILL_SECRET: 'of the bench' },
    });
    children.push(child);
    const [line] = await once(child.stdout, 'data');
    return JSON.parse(String(line));
  };
  try {
    const { port: direct } = await start(self, '--role', 'far-end');
    const { port: piped } = await start(self, '--role', 'pipe', '--target', String(direct));
    const url =
      options.toxiproxy ??
      (await start(`${options.dist}/toxiproxy/process.js`, '--listen', '127.0.0.1:0')).url;
    const toxiproxy = new Toxiproxy(url);
    const proxy = await toxiproxy.createProxy({
      name: 'bench',
      listen: '127.0.0.1:0',
      upstream: `127.0.0.1:${direct}`,
    });
    const proxied = Number(proxy.listen.split(':').at(-1));
    // On the far end's own port, and from an address of its own, as in containers.
    const way = { listen: '127.0.0.2', to: LOOPBACK, ports: [direct], sources: { [LOOPBACK]: '127.0.0.3' } };
    await start(
      ...[`${options.dist}/runtime/docker/agent/process.js`, '--listen', `127.0.0.2:${direct - 1}`],
      ...['--way-in', JSON.stringify(way)],
    );
    const at = (port) => ({ host: LOOPBACK, port });
    const paths = {
      direct: at(direct),
      'piped sockets': at(piped),
      toxiproxy: at(proxied),
      'way in': { host: way.listen, port: direct },
    };
    for (const [name, target] of Object.entries(paths)) {
      const { p50, p99 } = await roundTrips(target, 20_000);
      const rate = await requests(target, 50, 3000);
      const bytes = await bulk(target, 2e9);
      const made = await connections(target, 3000);
      console.log(
        `${name.padEnd(14)} round trip p50 ${p50.toFixed(0)} us, p99 ${p99.toFixed(0)} us; ` +
          `${(rate / 1000).toFixed(1)}k requests/s over 50; ${(bytes / 1e6).toFixed(0)} MB/s; ${made.toFixed(0)} connections/s`,
      );
    }
    await proxy.remove();
    await toxics(toxiproxy, direct);
  } finally {
    for (const child of children) child.kill();
  }
}

async function dial(target) {
  const socket = connect({ ...target, ...noDelay });
  await once(socket, 'connect');
  return socket;
}

/** One request of 100 bytes after the other on one connection. */
async function roundTrips(target, count) {
  const socket = await dial(target);
  const times = [];
  const request = Buffer.alloc(100, 'a');
  await new Promise((resolve) => {
    let sent;
    let got = 0;
    const send = () => {
      sent = now();
      socket.write(request);
    };
    socket.on('data', (data) => {
      got += data.length;
      if (got < request.length) return;
      got = 0;
      times.push((now() - sent) * 1000);
      if (times.length < count) send();
      else resolve();
    });
    send();
  });
  socket.destroy();
  const warm = times.slice(count / 10).sort((a, b) => a - b);
  return { p50: warm[Math.floor(warm.length * 0.5)], p99: warm[Math.floor(warm.length * 0.99)] };
}

async function requests(target, width, ms) {
  const request = Buffer.alloc(100, 'a');
  const sockets = await Promise.all(Array.from({ length: width }, () => dial(target)));
  let done = 0;
  for (const socket of sockets) {
    socket.on('data', () => {
      done++;
      socket.write(request);
    });
    socket.write(request);
  }
  const start = now();
  await new Promise((resolve) => setTimeout(resolve, ms));
  const rate = done / ((now() - start) / 1000);
  for (const socket of sockets) socket.destroy();
  return rate;
}

async function bulk(target, total) {
  const socket = await dial(target);
  const block = Buffer.alloc(64 * 1024, 'S');
  const start = now();
  for (let sent = 0; sent < total; sent += block.length)
    if (!socket.write(block)) await once(socket, 'drain');
  socket.end();
  // The answer may be lost where half-closed connections are not kept; the close is what counts.
  socket.resume();
  await once(socket, 'close');
  return total / ((now() - start) / 1000);
}

async function connections(target, count) {
  const start = now();
  const one = async () => {
    const socket = await dial(target);
    socket.write('a');
    await once(socket, 'data');
    socket.destroy();
  };
  for (let made = 0; made < count; made += 10) await Promise.all(Array.from({ length: 10 }, one));
  return count / ((now() - start) / 1000);
}

/** Adds a toxic to thirty proxies with a live connection each, in parallel, and removes it again. */
async function toxics(toxiproxy, upstream) {
  const proxies = [];
  const sockets = [];
  for (let index = 0; index < 30; index++) {
    const proxy = await toxiproxy.createProxy({
      name: `p${index}`,
      listen: '127.0.0.1:0',
      upstream: `127.0.0.1:${upstream}`,
    });
    proxies.push(proxy);
    sockets.push(await dial({ host: LOOPBACK, port: Number(proxy.listen.split(':').at(-1)) }));
  }
  const added = [];
  const removed = [];
  for (let round = 0; round < 20; round++) {
    const start = now();
    const toxics = await Promise.all(
      proxies.map((proxy) =>
        proxy.addToxic({ name: 'cut', type: 'latency', attributes: { latency: 1000, jitter: 0 } }),
      ),
    );
    const middle = now();
    await Promise.all(toxics.map((toxic) => toxic.remove()));
    added.push(middle - start);
    removed.push(now() - middle);
  }
  const show = (times) => {
    const sorted = times.slice(1).sort((a, b) => a - b);
    return `first ${times[0].toFixed(1)}, then p50 ${sorted[9].toFixed(1)}, worst ${sorted.at(-1).toFixed(1)} ms`;
  };
  console.log(`30 proxies in parallel: add ${show(added)}; remove ${show(removed)}`);
  for (const socket of sockets) socket.destroy();
  await Promise.all(proxies.map((proxy) => proxy.remove()));
}
