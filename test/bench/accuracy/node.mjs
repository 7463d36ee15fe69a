/**
 * A node of the scripted system: when it detects and when it recovers follows from its script, and both instants
 * are told from its own clock, on its standard output. `a` serves until it is killed; `b` notices that its connection to `a` has
 * closed, declares after `detect` ms, and serves after `failover` ms more.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

const script = JSON.parse(process.argv[2]);
const { name, listen, data, peer, detect, failover } = script;
const now = () => {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
};
const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const known = (event) => say({ event, at: now() });

const values = new Map();
const marker = join(data, 'was-here');
const again = existsSync(marker);
writeFileSync(marker, '');
let primary = name === 'a' && !again;
const term = () => (primary && name === 'a' ? 1 : name === 'a' ? 2 : primary ? 2 : 1);

createServer((request, response) => {
  if (!primary) {
    request.resume();
    response.writeHead(421).end();
    return;
  }
  let body = '';
  request.on('data', (piece) => {
    body += piece;
  });
  request.on('end', () => {
    if (request.method === 'PUT') values.set(request.url, body);
    response.writeHead(200).end(request.method === 'PUT' ? '' : (values.get(request.url) ?? 'null'));
  });
}).listen(listen, () => {
  say({ event: 'role', role: primary ? 'primary' : 'standby', term: term() });
  if (name === 'b') watch();
});

if (primary) {
  // The last stamp is the instant of death, to half a millisecond. A thread of its own is not held up by requests.
  const stamper = `
    const { writeSync } = require('node:fs');
    const never = new Int32Array(new SharedArrayBuffer(4));
    for (;;) {
      const [seconds, nanoseconds] = process.hrtime();
      writeSync(1, '{"event":"alive","at":' + (seconds * 1e3 + nanoseconds / 1e6).toFixed(6) + '}\\n');
      Atomics.wait(never, 0, 0, 0.5);
    }`;
  new Worker(stamper, { eval: true });
}

function watch() {
  const since = now();
  const socket = connect(peer.port, peer.host);
  socket.on('error', () => {});
  socket.on('close', () => {
    if (primary) return;
    // The proxy closes at once where the peer is not there yet.
    if (now() - since < 150) return setTimeout(watch, 10);
    setTimeout(() => {
      known('detected');
      say({ event: 'declared', target: 'a', term: 1 });
      setTimeout(() => {
        primary = true;
        known('recovered');
        say({ event: 'role', role: 'primary', term: 2 });
        say({ event: 'promoted', target: 'b', term: 2 });
      }, failover);
    }, detect);
  });
}
