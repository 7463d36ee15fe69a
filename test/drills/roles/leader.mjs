// One of two nodes that tell their role to whoever asks, and no terms, leases or logs:
//   node leader.mjs '{ "host": "127.0.0.1", "port": 1, "peer": { "host": ..., "port": ... }, "leads": true, "clings": 500 }'
// One that does not lead asks its peer every 50 ms, and leads once it has had no answer for 300 ms. One that leads
// tells its peer so; a peer that leads as well gives way, `clings` milliseconds after it first heard of it, or never
// where that is null.
import { createServer, request } from 'node:http';

const { host, port, peer, leads, clings } = JSON.parse(process.argv[2]);
const EVERY = 50;
const SILENCE = 300;
const items = new Map();
let leading = leads;
let heard = performance.now();
let isGivingWay = false;

function giveWay() {
  if (isGivingWay || clings === null) return;
  isGivingWay = true;
  setTimeout(() => {
    leading = false;
    heard = performance.now();
    isGivingWay = false;
  }, clings);
}

createServer((asked, response) => {
  const { method, url, headers } = asked;
  const answer = (status, body = '') => response.writeHead(status).end(body);
  if (headers['x-leads'] === 'true' && leading) giveWay();
  if (url === '/role') return answer(200, JSON.stringify({ role: leading ? 'leader' : 'follower' }));
  if (!leading) return answer(503, 'not the leader');
  if (method === 'GET') return items.has(url) ? answer(200, items.get(url)) : answer(404);
  let body = '';
  asked.on('data', (piece) => {
    body += piece;
  });
  asked.on('end', () => {
    items.set(url, body);
    answer(200);
  });
}).listen(port, host);

setInterval(() => {
  const sent = request({
    ...peer,
    path: '/role',
    headers: { 'x-leads': String(leading) },
    agent: false,
    timeout: EVERY,
  });
  sent.on('response', (response) => {
    heard = performance.now();
    response.resume();
  });
  sent.on('timeout', () => sent.destroy());
  sent.on('error', () => {});
  sent.end();
  if (!leading && performance.now() - heard > SILENCE) leading = true;
}, EVERY);
