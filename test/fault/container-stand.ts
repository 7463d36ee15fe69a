/** A cluster of containers that is hurt by faults, one test after the other: for tests of faults in containers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { systemClock as clock } from '../../src/clock.js';
import type { Aim, AimView, Effects, Fault, Injection, Lasting } from '../../src/fault/fault.js';
import { seeded } from '../../src/random.js';
import { openDockerCluster } from '../../src/runtime/docker/docker-runtime.js';
import { engineClient, findEngine } from '../../src/runtime/docker/engine.js';
import { freshRun } from '../../src/runtime/label.js';
import type { Layout, Program } from '../../src/runtime/runtime.js';
import { http } from '../http.js';
import { eventually } from '../runtime/opened.js';

export const NEEDS = new Map(
  ['kill: process', 'pause: SIGSTOP', 'cpu', 'memory', 'disk', 'slow_disk'].map((need) => [need, []]),
);

export async function openContainerStand(layout: Pick<Layout, 'nodes'> & Partial<Layout>) {
  const run = freshRun();
  const logs = mkdtempSync(join(tmpdir(), 'drill-test-'));
  const lines: { node: string; line: string }[] = [];
  const exits: { node: string; detail: string }[] = [];
  const cluster = await openDockerCluster(
    { links: [], power: false, ...layout },
    {
      clock,
      run,
      logs,
      environment: process.env,
      onLine: (node, line) => void lines.push({ node, line }),
      onExit: (node, detail) => void exits.push({ node, detail }),
    },
  );
  const docker: Dockerode = await engineClient((await findEngine(process.env, clock)).address);
  const effects = { clock, nodes: cluster } as unknown as Effects;
  const topology = {
    nodes: layout.nodes.map((name) => ({ name, kind: 'node' as const, tags: [] })),
    killed: [],
    paused: [],
  };
  const view: AimView = { topology, links: [], random: seeded(7) };
  let count = 0;

  return {
    cluster,
    lines,
    exits,
    /** As the engine has it. */
    container: (node: string) => docker.getContainer(`drill-${run}-${node}`),
    async start(node: string, program: Program) {
      await cluster.start(node, program);
      await eventually(`${node} answers`, () => this.ask(node, '').catch(() => undefined));
    },
    async ask(node: string, path: string): Promise<string> {
      return (await http(cluster.places.observe(node), `/${path}`, AbortSignal.timeout(20_000))).body;
    },
    async inject<Options, Aimed extends Aim>(
      fault: Fault<Options, Aimed>,
      options: Options,
    ): Promise<Injection & Lasting> {
      const injection = await fault.inject(`fault-${++count}`, fault.aim(options, view), effects);
      const nothing = () => Promise.reject(new Error('nothing to heal'));
      const { span, witness, still = nothing, heal = nothing } = injection;
      return { span, witness, still, heal };
    },
    async close() {
      const { leaked } = await cluster.close();
      rmSync(logs, { recursive: true, force: true });
      return leaked;
    },
  };
}
