/**
 * How long it takes until all links of one node of five are cut, and until they are healed again:
 *
 *     node test/bench/cut.mjs [--cuts 50] [--dist DIR]
 *
 * Five nodes, three supervisors, two client groups and the power device; each link of the isolated node carries a
 * connection with traffic. Measured from the order until the last control call was answered.
 */
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import {
  CUTS,
  clock,
  freshId,
  grudge,
  load,
  logs,
  MEMBERS as members,
  meshed,
  sleep,
  surroundings,
} from './cuts.mjs';
import { distribution } from './figures.mjs';

const { openProcessCluster } = await load('runtime/process/process-runtime.js');
const { openToxiproxy } = await load('runtime/links/proxies/server.js');
const { openLinks } = await load('runtime/links/proxies/toxiproxy-links.js');

const further = [
  ...['client:east', 'client:west'].flatMap((from) => members.slice(0, 5).map((to) => [from, to])),
  ...members.slice(5).map((from) => [from, 'power']),
];
const links = [...meshed, ...further.map(([from, to]) => ({ name: `${from}->${to}`, from, to }))];
const run = freshId();
const cluster = await openProcessCluster({ nodes: members, links, power: true }, surroundings(run));
const servers = [];
const sockets = [];
let keepTalking = true;
try {
  const toxiproxy = await openToxiproxy({ clock, hosts: cluster.hosts, path: process.env.PATH });
  const proxies = await openLinks(
    { client: toxiproxy.client, clock, run },
    links.map(({ name }) => cluster.places.link(name)),
  );
  for (const member of members) {
    const server = createServer((socket) => socket.on('error', () => {}).pipe(socket));
    await new Promise((done) => server.listen(cluster.places.listen(member), done));
    servers.push(server);
  }
  const touching = links.filter(({ from, to }) => from === 'a' || to === 'a');
  for (const { name } of touching) void talk(cluster.places.link(name).dial);

  console.log(
    `${touching.length} of ${links.length} links, both streams, ${toxiproxy.server} ${toxiproxy.version}`,
  );
  for (const mode of ['refuse', 'drop', 'stall']) {
    const cuts = grudge({ shape: 'isolate', targets: ['a'], except: [], mode }, links);
    const took = { cut: [], heal: [] };
    for (let number = 0; number < CUTS; number++) {
      // The waits vary, so that connections to the server are found both warm and cold.
      await sleep(clock, 20 + (number % 10) * 30);
      let start = clock.now();
      await proxies.apply(`fault-${number}`, { mode, cuts });
      took.cut.push(clock.now() - start);
      await sleep(clock, 50);
      start = clock.now();
      await proxies.heal(`fault-${number}`);
      took.heal.push(clock.now() - start);
    }
    for (const what of ['cut', 'heal'])
      console.log(`${mode.padEnd(6)} ${what.padEnd(4)} ${distribution(took[what])}`);
  }
  // Longer than the server keeps an idle control connection: nothing is warm any more.
  const cold = [];
  const cuts = grudge({ shape: 'isolate', targets: ['a'], except: [], mode: 'drop' }, links);
  for (let number = 0; number < 3; number++) {
    await sleep(clock, 6000);
    const start = clock.now();
    await proxies.apply(`cold-${number}`, { mode: 'drop', cuts });
    cold.push(clock.now() - start);
    await proxies.heal(`cold-${number}`);
  }
  console.log(`drop   cut after 6 s of silence ${cold.map((ms) => ms.toFixed(1)).join(', ')} ms`);
  await proxies.close();
} finally {
  keepTalking = false;
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  const { leaked } = await cluster.close();
  if (leaked.length > 0) console.log(`left behind: ${leaked.join(', ')}`);
  rmSync(logs, { recursive: true });
}

/** One connection over a link that says something every 20 ms, made again when it is lost. */
async function talk(address) {
  while (keepTalking) {
    const socket = connect(address);
    sockets.push(socket);
    const timer = setInterval(() => socket.write('ping'), 20);
    socket.on('error', () => {}).resume();
    await new Promise((done) => socket.once('close', done));
    clearInterval(timer);
    await sleep(clock, 20);
  }
}
