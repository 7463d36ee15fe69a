// A runner that never stops starting and ending things, to be killed at any moment:
//   node runner.mjs <folder of the build> <run> <folder for logs> [<URL of a Toxiproxy>]
// It writes one line of JSON for each address that it was given.
import { fileURLToPath } from 'node:url';

const [dist, run, logs, url] = process.argv.slice(2);
const { systemClock: clock } = await import(`${dist}/clock.js`);
const { openProcessCluster } = await import(`${dist}/runtime/process/process-runtime.js`);
const { openToxiproxy } = await import(`${dist}/runtime/links/proxies/server.js`);
const { openLinks } = await import(`${dist}/runtime/links/proxies/toxiproxy-links.js`);

const links = [
  { name: 'a->b', from: 'a', to: 'b' },
  { name: 'b->a', from: 'b', to: 'a' },
];
const cluster = await openProcessCluster(
  { nodes: ['a', 'b', 'c'], links, power: false },
  { clock, run, logs, environment: process.env, onLine() {}, onExit() {} },
);
for (const node of ['a', 'b', 'c']) console.log(JSON.stringify(cluster.places.listen(node)));
for (const { name } of links) console.log(JSON.stringify(cluster.places.link(name).dial));

const echo = (node) => {
  const { host, port } = cluster.places.listen(node);
  const program = fileURLToPath(new URL('echo.mjs', import.meta.url));
  return { command: [process.execPath, program, host, String(port)] };
};
const family = { command: [process.execPath, fileURLToPath(new URL('family.mjs', import.meta.url))] };
await Promise.all([cluster.start('a', echo('a')), cluster.start('b', echo('b'))]);
await cluster.pause('b');
const asked = url === undefined ? undefined : { kind: 'url', url };
const { client } = await openToxiproxy({ clock, hosts: cluster.hosts, ...(asked ? { asked } : {}) });
await openLinks(
  { client, clock, run },
  links.map(({ name }) => cluster.places.link(name)),
);
for (;;) {
  await cluster.start('c', family);
  await new Promise((resolve) => setTimeout(resolve, 60));
  await cluster.kill('c', 'SIGKILL');
  while (await cluster.running('c')) await new Promise((resolve) => setTimeout(resolve, 1));
}
