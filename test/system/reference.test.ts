import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { sleep, systemClock } from '../../src/clock.js';
import { topology } from '../../src/drill/topology.js';
import type { Address } from '../../src/runtime/address.js';
import { Ports, reserveBlock } from '../../src/runtime/ports.js';
import { referenceSystem } from '../../src/system/reference.js';
import type { RoleAnswer } from '../../src/system/system.js';

const NODES = ['a', 'b', 'c'];
const SUPERVISORS = ['supervisor-1', 'supervisor-2', 'supervisor-3'];
/** How long a busy machine may keep a primary from its heartbeats, and from its lease, ms. */
const TIMEOUT = 2000;
const LEASE = 3000;
const SPEC = {
  nodes: { a: { role: 'primary' }, b: {}, c: {} },
  supervisor: {
    detect: { heartbeat: { interval: '100ms', timeout: `${TIMEOUT}ms` } },
    lease: `${LEASE}ms`,
  },
};
/** For a request that measures nothing, ms. */
const PATIENCE = 5000;

const reserved = reserveBlock('reference').then((block) => new Ports(block));

/** What the power device answers to. */
const KEY = 'key-of-this-run';

/** Where a change of primary is asked for. */
const places = (cluster: Cluster) => ({
  supervisors: cluster.supervisors,
  observe: (node: string) => cluster.address(node),
});

/** Three nodes, three supervisors and a power device, on loopback. */
class Cluster {
  readonly #spec: object;
  readonly #folder = mkdtempSync(join(tmpdir(), 'reference-'));
  readonly #addresses = new Map<string, Address>();
  readonly #processes = new Map<string, ChildProcess>();
  readonly lines: { node: string; line: string }[] = [];
  readonly #power = createHttpServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${KEY}`) return void response.writeHead(401).end();
    const target = request.url?.match(/^\/off\/(.+)$/)?.[1];
    if (target) void this.kill(target).then(() => response.end('{}'));
    else response.end(JSON.stringify({ running: [...this.#processes.keys()] }));
  });

  constructor(spec: object) {
    this.#spec = spec;
  }

  static async open(spec: object = SPEC): Promise<Cluster> {
    const cluster = new Cluster(spec);
    const names = [...NODES, ...SUPERVISORS, 'power'];
    const ports = await (await reserved).take(names.length);
    names.forEach((name, index) => {
      cluster.#addresses.set(name, { host: '127.0.0.1', port: ports[index] as number });
    });
    await new Promise<void>((resolve) =>
      cluster.#power.listen(cluster.address('power').port, '127.0.0.1', resolve),
    );
    for (const name of [...NODES, ...cluster.supervisors]) cluster.start(name);
    return cluster;
  }

  get supervisors(): string[] {
    const { supervisor } = topology.parse(this.#spec);
    return SUPERVISORS.slice(0, supervisor === 'none' ? 0 : supervisor.members);
  }

  address(name: string): Address {
    return this.#addresses.get(name) as Address;
  }

  start(name: string): void {
    const data = join(this.#folder, name);
    const { command, environment } = referenceSystem.program({
      name,
      kind: NODES.includes(name) ? 'node' : 'supervisor',
      listen: this.address(name),
      data,
      topology: topology.parse(this.#spec),
      primary: 'a',
      automaticFailback: false,
      supervisors: this.supervisors,
      nodes: NODES,
      peers: [...NODES, ...this.supervisors, 'power'].filter((peer) => peer !== name),
      dial: (peer) => this.address(peer),
      powerKey: KEY,
      settings: {},
      routes: {},
      seed: '1',
    });
    mkdirSync(data, { recursive: true });
    const child = spawn(command[0] as string, command.slice(1), {
      cwd: data,
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#processes.set(name, child);
    child.once('exit', () => {
      if (this.#processes.get(name) === child) this.#processes.delete(name);
    });
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.lines.push({ node: name, line });
    });
  }

  signal(name: string, signal: NodeJS.Signals): void {
    this.#processes.get(name)?.kill(signal);
  }

  async kill(name: string): Promise<void> {
    const child = this.#processes.get(name);
    if (!child) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  async role(name: string): Promise<RoleAnswer | undefined> {
    try {
      return await referenceSystem.role(this.address(name), AbortSignal.timeout(300));
    } catch {
      return undefined;
    }
  }

  /** The one primary among `nodes`, once there is one. */
  async primary(nodes: readonly string[] = NODES): Promise<string> {
    let found: string[] = [];
    await this.until(`a primary among ${nodes}`, async () => {
      const roles = await Promise.all(nodes.map((node) => this.role(node)));
      found = nodes.filter((_, index) => roles[index]?.role === 'primary');
      return found.length === 1;
    });
    return found[0] as string;
  }

  async until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const end = systemClock.now() + 10_000;
    while (!(await condition())) {
      if (systemClock.now() > end) throw new Error(`${what}: not within 10 s\n${this.told()}`);
      await sleep(systemClock, 20);
    }
  }

  told(): string {
    return this.lines.map(({ node, line }) => `${node} ${line}`).join('\n');
  }

  async write(node: string, key: string, value: number) {
    const connection = referenceSystem.connect(this.address(node), { topology: topology.parse(this.#spec) });
    const outcome = await connection.invoke({ f: 'write', key, value }, AbortSignal.timeout(PATIENCE));
    connection.close();
    return outcome;
  }

  async read(node: string, key: string) {
    const connection = referenceSystem.connect(this.address(node), { topology: topology.parse(this.#spec) });
    const outcome = await connection.invoke({ f: 'read', key, value: null }, AbortSignal.timeout(PATIENCE));
    connection.close();
    return outcome;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#processes.keys()].map((name) => this.kill(name)));
    this.#power.closeAllConnections();
    this.#power.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

let cluster: Cluster;
afterEach(() => cluster.close());

describe('the reference system as processes', () => {
  it('fails over from a killed primary, takes it back as standby, and switches back', async () => {
    cluster = await Cluster.open();
    expect(await cluster.primary()).toBe('a');
    for (let value = 1; value <= 20; value++)
      expect(await cluster.write('a', `k${value}`, value)).toMatchObject({
        type: 'ok',
        value,
        node: 'a',
        term: 1,
      });
    await cluster.until('b in sync', async () => (await cluster.role('b'))?.inSync === true);
    expect(await cluster.write('b', 'k1', 0)).toMatchObject({ type: 'fail', primary: 'a' });

    const killedAt = systemClock.now();
    await cluster.kill('a');
    const next = await cluster.primary(['b', 'c']);
    const took = systemClock.now() - killedAt;
    expect(took, cluster.told()).toBeLessThan(TIMEOUT + 2500);
    expect(await cluster.write('a', 'k1', 0)).toMatchObject({ type: 'fail' });
    for (let value = 1; value <= 20; value++)
      expect(await cluster.read(next, `k${value}`)).toMatchObject({ type: 'ok', value });

    cluster.start('a');
    await cluster.until('a in sync', async () => (await cluster.role('a'))?.inSync === true);
    await referenceSystem.switchover('a', places(cluster), AbortSignal.timeout(PATIENCE));
    await cluster.until('a primary', async () => (await cluster.role('a'))?.role === 'primary');
    expect(await cluster.read('a', 'k7')).toMatchObject({ type: 'ok', value: 7 });
    const events = cluster.lines.map(({ node, line }) => referenceSystem.eventOf(node, line)?.body);
    for (const event of ['declared', 'fencing', 'fenced', 'sealed', 'promoting', 'promoted', 'switchover'])
      expect(events).toContainEqual(expect.objectContaining({ type: 'supervisor', event }));
  });

  it('keeps a primary that slept past its lease from serving', async () => {
    cluster = await Cluster.open({ ...SPEC, supervisor: { ...SPEC.supervisor, fencing: false } });
    expect(await cluster.primary()).toBe('a');
    cluster.signal('a', 'SIGSTOP');
    const next = await cluster.primary(['b', 'c']);
    expect(await cluster.write(next, 'k', 2)).toMatchObject({ type: 'ok' });
    const late = cluster.read('a', 'k');
    await sleep(systemClock, 20);
    cluster.signal('a', 'SIGCONT');
    expect((await late).type).not.toBe('ok');
    await cluster.until('a in sync', async () => (await cluster.role('a'))?.inSync === true);
    expect(await cluster.primary()).toBe(next);
  });

  it('has every acknowledged write after everything was killed', async () => {
    cluster = await Cluster.open();
    const first = await cluster.primary();
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, value) => cluster.write(first, `k${value}`, value)),
    );
    expect(outcomes.every((outcome) => outcome.type === 'ok')).toBe(true);
    await Promise.all([...NODES, ...SUPERVISORS].map((name) => cluster.kill(name)));
    for (const name of [...NODES, ...SUPERVISORS]) cluster.start(name);
    const next = await cluster.primary();
    for (let value = 0; value < 50; value++)
      expect(await cluster.read(next, `k${value}`)).toMatchObject({ type: 'ok', value });
  });

  const variants: [string, object][] = [
    ['the standbys as trigger', { trigger: 'standby' }],
    ['standbys that decide alone', { trigger: 'standby', quorum: false, lease: false }],
    ['supervisors that decide alone', { quorum: false, fencing: false, lease: false }],
    ['the process list as detector', { detect: { process: { every: '1s' } } }],
    ['one supervisor', { members: 1 }],
  ];
  for (const [name, supervisor] of variants)
    it(`fails over with ${name}`, async () => {
      cluster = await Cluster.open({ ...SPEC, supervisor: { ...SPEC.supervisor, ...supervisor } });
      const first = await cluster.primary();
      expect(await cluster.write(first, 'k', 1)).toMatchObject({ type: 'ok' });
      await cluster.kill(first);
      const next = await cluster.primary(NODES.filter((node) => node !== first));
      expect(await cluster.read(next, 'k')).toMatchObject({ type: 'ok', value: 1 });
      cluster.start(first);
      await cluster.until('in sync', async () => (await cluster.role(first))?.inSync === true);
      await referenceSystem.switchover(first, places(cluster), AbortSignal.timeout(PATIENCE));
      await cluster.until('switched back', async () => (await cluster.role(first))?.role === 'primary');
      expect(await cluster.read(first, 'k')).toMatchObject({ type: 'ok', value: 1 });
    });

  it('refuses what it cannot read, and lives on', async () => {
    cluster = await Cluster.open();
    const primary = await cluster.primary();
    const { host, port } = cluster.address(primary);
    const statuses = [
      await fetch(`http://${host}:${port}/kv/%zz`),
      await fetch(`http://${host}:${port}/kv/k`, { method: 'PUT', body: 'no JSON' }),
      await fetch(`http://${host}:${port}/nowhere`),
      await fetch(`http://${host}:${port}/ready`),
    ].map(({ status }) => status);
    expect(statuses).toEqual([400, 400, 404, 200]);
  });

  it('answers a greeting and tells of its arrival', async () => {
    cluster = await Cluster.open();
    await cluster.primary();
    for (const name of ['a', 'supervisor-2']) {
      // A primary needs no more than a majority of the supervisors.
      await cluster.until(`${name} runs`, async () =>
        cluster.lines.some(({ node, line }) => node === name && line.includes('"running"')),
      );
      await referenceSystem.greet(cluster.address(name), 'hello-7', AbortSignal.timeout(PATIENCE));
      await cluster.until('the arrival', async () =>
        cluster.lines.some(
          ({ node, line }) => node === name && referenceSystem.arrivalOf(line) === 'hello-7',
        ),
      );
    }
  });
});
