/** A stack on plain containers and one plain network, as `docker compose up` would have it, and a load of requests on it. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const RATE = 40;
const WRITES = 0.6;
const TIMEOUT = 1000;

/** A copy of a stack's folder under `base`, with the dependencies of its recipes installed. */
export function copyOf(folder, base) {
  const stack = join(base, basename(resolve(folder)));
  cpSync(folder, stack, { recursive: true });
  for (const part of readdirSync(stack))
    if (existsSync(join(stack, part, 'package.json')))
      run('npm', ['install', '--no-audit', '--no-fund', '--silent'], join(stack, part));
  return stack;
}

export function run(command, args, cwd) {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.stderr || done.error}`);
  return done.stdout.trim();
}
export const docker = (...args) => run('docker', args);

/** What was made, by its name: undone at the end. */
const made = { containers: [], network: undefined };

/** Starts the nodes of a topology, each as a container `<id>-<name>`, once those are there that it needs. */
export async function up(nodes, id) {
  made.network = docker('network', 'create', '--label', `drill-bench=${id}`, id);
  const left = new Map(Object.entries(nodes));
  while (left.size > 0) {
    for (const [name, node] of left) {
      const needs = Object.entries(node.depends_on ?? {});
      if (needs.some(([one]) => left.has(one))) continue;
      for (const [one, { condition }] of needs)
        if (condition === 'service_healthy') await healthy(`${id}-${one}`);
      start(name, node, id);
      left.delete(name);
    }
  }
  for (const [name, node] of Object.entries(nodes)) if (node.healthcheck) await healthy(`${id}-${name}`);
}

/** The command of a health check, as a shell takes it. */
function checkOf([, first, second, ...rest]) {
  return first === '/bin/sh' && second === '-c'
    ? rest.join(' ')
    : [first, second, ...rest].filter(Boolean).join(' ');
}

function start(name, node, id) {
  const image = node.image ?? docker('build', '-q', node.build.context);
  const { test, interval, timeout, retries } = node.healthcheck ?? {};
  const flags = [
    ['--name', `${id}-${name}`, '--network', id, '--network-alias', name, '--hostname', name],
    ...Object.entries(node.environment ?? {}).map(([key, value]) => ['-e', `${key}=${value}`]),
    ...(node.volumes ?? []).map((use) => ['-v', use.startsWith('/') ? use : use.slice(use.indexOf(':') + 1)]),
    ...(node.role === 'primary' ? node.expose.map((port) => ['-p', `127.0.0.1::${port}`]) : []),
    ...(test
      ? [
          ['--health-cmd', checkOf(test)],
          ['--health-interval', `${interval}ms`, '--health-timeout', `${timeout}ms`],
          ['--health-retries', String(retries)],
        ]
      : []),
  ];
  made.containers.push(docker('run', '-d', '--init', ...flags.flat(), image, ...(node.command ?? [])));
}

export async function healthy(container) {
  for (let tries = 0; tries < 240; tries++) {
    if (docker('inspect', '-f', '{{.State.Health.Status}}', container) === 'healthy') return;
    await sleep(250);
  }
  throw new Error(`${container} does not become healthy`);
}

/** The port of this machine that leads to the node that clients dial. */
export function entranceOf(nodes, id) {
  const [name, { expose }] = Object.entries(nodes).find(([, { role }]) => role === 'primary');
  return docker('port', `${id}-${name}`, String(expose[0])).split('\n')[0].split(':').at(-1);
}

/** Removes what `up` has made. */
export function down() {
  for (const container of made.containers.splice(0)) docker('rm', '-f', '-v', container);
  if (made.network) docker('network', 'rm', made.network);
  made.network = undefined;
}

/**
 * Requests at a fixed rate for as long as `doing` takes, each counted from when it was meant to begin: how each ended.
 * `doing` gets what resolves after so many ms.
 */
export async function underLoad(port, system, doing) {
  const agent = new Agent({ keepAlive: true });
  const outcomes = [];
  const send = (count, intended) =>
    new Promise((done) => {
      const isWrite = count % 10 < WRITES * 10;
      const [method, path] = system.http[isWrite ? 'write' : 'read'].request.split(' ');
      const at = path.replace('{key}', `k${isWrite ? count : Math.max(0, count - 10)}`);
      const end = (ok) => {
        outcomes.push({ intended, end: performance.now(), ok, isWrite });
        done();
      };
      const asked = request(
        { host: '127.0.0.1', port, agent, method, path: at, timeout: TIMEOUT },
        (answer) => {
          answer.resume();
          answer.once('end', () => end(answer.statusCode < 300 || answer.statusCode === 404));
          answer.once('error', () => end(false));
        },
      );
      asked.once('timeout', () => asked.destroy(new Error('timed out')));
      asked.once('error', () => end(false));
      asked.end(isWrite ? `v${count}` : undefined);
    });
  const begun = performance.now();
  const all = [];
  let isOver = false;
  const done = doing((ms) => sleep(ms)).finally(() => {
    isOver = true;
  });
  for (let count = 0; !isOver; count++) {
    const intended = begun + (count * 1000) / RATE;
    await sleep(Math.max(0, intended - performance.now()));
    all.push(send(count, intended));
  }
  await done;
  await Promise.all(all);
  agent.destroy();
  return outcomes;
}
