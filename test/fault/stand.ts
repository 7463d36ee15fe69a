/** Three nodes that take greetings, all links between them, and what a fault needs: for tests of faults. */
import { onTestFinished } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import type { Aim, AimView, Effects, Fault, Injection, Lasting } from '../../src/fault/fault.js';
import { seeded } from '../../src/random.js';
import { greetingsOf } from '../../src/run/greetings.js';
import { freshRun } from '../../src/runtime/label.js';
import { type Greeter, greeter } from '../../src/runtime/links/greeting.js';
import { type WitnessedSetting, witnessed } from '../../src/runtime/links/link-witness.js';
import { openToxiproxy } from '../../src/runtime/links/proxies/server.js';
import { openLinks } from '../../src/runtime/links/proxies/toxiproxy-links.js';
import { openPower } from '../../src/runtime/power.js';
import { openProcessCluster } from '../../src/runtime/process/process-runtime.js';
import type { Greets, System } from '../../src/system/system.js';
import type { Link } from '../../src/topology/links.js';
import { http } from '../http.js';
import { eventually, mesh, PROGRAMS, scratch } from '../runtime/opened.js';

/** The system whose nodes are the program echo.mjs. */
export const echoSystem: System & Required<Greets> = {
  name: 'echo',
  operations: [],
  program: ({ listen }) => ({
    command: [process.execPath, `${PROGRAMS}echo.mjs`, listen.host, String(listen.port)],
  }),
  connect: () => {
    throw new Error('echo has no clients');
  },
  async greet(address, token, signal) {
    await http(address, `/greet/${token}`, signal);
  },
  arrivalOf: (line) => /^greeted (.+)$/.exec(line)?.[1],
};

const NODES = ['a', 'b', 'c'];
export const LINKS: Link[] = [
  ...mesh(...NODES),
  { name: 'client:west->a', from: 'client:west', to: 'a' },
  { name: 'a->power', from: 'a', to: 'power' },
];

/** What faults aim by: a is primary, b and c are standbys. */
export const view: AimView = {
  topology: {
    nodes: [
      { name: 'a', kind: 'node', role: 'primary', tags: [] },
      { name: 'b', kind: 'node', role: 'standby', tags: [] },
      { name: 'c', kind: 'node', role: 'standby', tags: [] },
      { name: 'client:west', kind: 'client', tags: [] },
    ],
    killed: [],
    paused: [],
  },
  links: LINKS,
  random: seeded(7),
};

export async function openStand(system: System = echoSystem) {
  let greets: Greeter | undefined;
  const run = freshRun();
  const cluster = await openProcessCluster(
    { nodes: NODES, links: LINKS, power: true },
    {
      clock,
      run,
      logs: scratch(),
      environment: process.env,
      onLine(_, line) {
        const token = echoSystem.arrivalOf(line);
        if (token !== undefined) greets?.arrived(token);
      },
      onExit() {},
    },
  );
  onTestFinished(async () => void (await cluster.close()));
  const start = async (node: string) => {
    const listen = cluster.places.listen(node);
    await cluster.start(node, echoSystem.program({ listen } as never));
    await eventually(`${node} answers`, () =>
      http(listen, '/', AbortSignal.timeout(1000)).catch(() => undefined),
    );
  };
  await Promise.all(NODES.map(start));
  const { client } = await openToxiproxy({ clock, hosts: cluster.hosts });
  const places = LINKS.map(({ name }) => cluster.places.link(name));
  const links = await openLinks({ client, clock, run }, places);
  const { link: place } = cluster.places;
  greets = greeter({ clock, place, greetings: greetingsOf(() => system) });
  const { greet, arrived } = greets;
  if (!cluster.places.power) throw new Error('expected a place for the power device');
  const power = await openPower({
    clock,
    address: cluster.places.power,
    key: 'key',
    nodes: NODES,
    kills: cluster,
    onGreeting: arrived,
  });
  onTestFinished(() => power.close());
  /** What faults touch, where links are looked at in another way than usual. */
  const effectsWith = (instead: Partial<WitnessedSetting>): Effects => {
    const senses = { clock, links, greet, place, nodes: cluster, ...instead };
    return { clock, links: witnessed(senses), nodes: cluster };
  };
  const effects = effectsWith({});

  let count = 0;
  /** Aims and injects, under the next name. */
  async function inject<Options, Aimed extends Aim>(
    fault: Fault<Options, Aimed>,
    options: Options,
  ): Promise<Injection & Lasting & { aim: Aimed; name: string }> {
    const name = `fault-${++count}`;
    const aim = fault.aim(options, view);
    const injection = await fault.inject(name, aim, effects);
    const nothing = () => Promise.reject(new Error('nothing to heal'));
    const { span, witness, still = nothing, heal = nothing } = injection;
    return { span, witness, still, heal, aim, name };
  }
  return { cluster, effects, effectsWith, greet, links, inject, start, client, run };
}
