/** Whether a drill asks of its system only what that can tell and do. */
import { hasOwnImage } from './container.js';
import { type HttpSystemSpec, httpOperations } from './http-system.js';
import { Phrases, problemsOf } from './issues.js';
import { named, type Parts, type SystemAbilities, type SystemPart } from './parts.js';
import { found, type Path, type Problem, quoted } from './problem.js';
import type { Drill, Failback } from './schema.js';
import { listed } from './suggest.js';
import { isMember, type TopologySpec } from './topology.js';

const SYSTEM = ['topology', 'system'] as const;
const HTTP = [...SYSTEM, 'http'] as const;

/** What a system of the user's own is told with; undefined where it goes by a name. */
function httpOf({ system }: TopologySpec): HttpSystemSpec | undefined {
  return typeof system === 'string' ? undefined : system.http;
}

/** What a drill's system can be asked for, and what it tells; undefined where nobody knows the system. */
export function abilitiesOf({ system }: TopologySpec, { systems }: Parts): SystemAbilities | undefined {
  if (typeof system !== 'string') {
    const { role, promote } = system.http;
    const operations = httpOperations(system.http);
    return { operations, declarations: false, roles: role !== undefined, switchover: promote !== undefined };
  }
  const part = named(systems, system);
  if (!part) return undefined;
  const { operations, eventOf, supervisors, role, switchover } = part;
  return {
    operations,
    declarations: (supervisors?.eventOf ?? eventOf) !== undefined,
    roles: role !== undefined,
    switchover: switchover !== undefined,
  };
}

export function checkSystemParts(topology: TopologySpec, { systems }: Parts): Problem[] {
  const { supervisor, nodes, system } = topology;
  const http = httpOf(topology);
  if (!http) {
    const part = named(systems, system as string);
    const own = part?.check?.(topology) ?? [];
    return [
      ...own.map((problem) => ({ ...problem, path: ['topology', ...problem.path] })),
      ...checkSettings(topology, part),
      ...checkPorts(topology),
    ];
  }
  const problems: Problem[] = [];
  if (supervisor !== 'none')
    problems.push({
      path: ['topology', 'supervisor'],
      on: 'key',
      message: 'the supervisors of failover-drill know how to watch the reference system alone',
      todo: 'leave it out; what watches your own system is a node like the others',
    });
  for (const [name, node] of Object.entries(nodes)) {
    if (isMember(node) && !hasOwnImage(node))
      problems.push({
        path: ['topology', 'nodes', name],
        on: 'key',
        expected: 'an `image` or a `build`, or a service of that name in the Compose file',
        found: 'neither',
        todo: 'say what runs in it',
      });
  }
  problems.push(...checkPlaceholders(http), ...checkPorts(topology));
  if (!http.role && Object.values(nodes).filter(isMember).length > 1 && http.promote)
    problems.push({
      path: [...HTTP, 'promote'],
      on: 'key',
      expected: '`promote` together with `role`',
      found: 'it alone, so that nobody would see whether it worked',
      todo: 'say how a node is asked for its role',
    });
  return problems;
}

function checkSettings({ settings }: TopologySpec, part: SystemPart | undefined): Problem[] {
  const path: Path = ['topology', 'settings'];
  if (settings === undefined || !part) return [];
  if (!part.settings)
    return [{ path, on: 'key', message: `the system \`${part.name}\` has no settings`, todo: 'remove it' }];
  const phrases = new Phrases();
  const { error } = part.settings.safeParse(settings, { error: phrases.error });
  const problems = error ? problemsOf(error.issues, settings, phrases) : [];
  return problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] }));
}

/** Clients dial members alone, and know where the drill's own systems listen. */
function checkPorts({ system, nodes }: TopologySpec): Problem[] {
  const useless = Object.entries(nodes).filter(
    ([, node]) => node.port !== undefined && (typeof system === 'string' || !isMember(node)),
  );
  return useless.map(([name]) => ({
    path: ['topology', 'nodes', name, 'port'],
    on: 'key',
    message: '`port` is for nodes that clients dial, of a system that is told with `http`',
    todo: 'remove it, or use `expose` for what its peers dial',
  }));
}

/** A write that does not say what it writes, or where, would be the same one again and again. */
function checkPlaceholders({ write, read }: HttpSystemSpec): Problem[] {
  if (!write) return [];
  const problems: Problem[] = [];
  const lack = (path: Path, placeholder: string, text: string) =>
    problems.push({ path, expected: `a text with ${placeholder} in it`, found: found(text) });
  const whole = `${write.request} ${write.body}`;
  if (!whole.includes('{key}')) lack([...HTTP, 'write', 'request'], '{key}', write.request);
  if (!whole.includes('{value}')) lack([...HTTP, 'write', 'body'], '{value}', write.body);
  if (!read.request.includes('{key}')) lack([...HTTP, 'read', 'request'], '{key}', read.request);
  return problems;
}

/** Whether the system can be asked for what the workload does. */
export function checkWorkload({ topology, workload }: Drill, parts: Parts): Problem[] {
  const known = abilitiesOf(topology, parts)?.operations;
  const needed = named(parts.workloads, workload.type)?.operations(workload);
  if (!known || !needed || needed.every((operation) => known.includes(operation))) return [];
  const name =
    typeof topology.system === 'string' ? `\`${topology.system}\`` : 'the system that is told here';
  return [
    {
      path: ['workload'],
      expected: `a workload of what ${name} can be asked for: ${listed(known, 'and')}`,
      found: `${quoted(workload.type)}, which takes ${listed(needed, 'and')}`,
      todo: known.includes('write')
        ? 'choose another workload'
        : 'write `workload: { type: register, writes: 0% }`, or give the system `write`',
    },
  ];
}

/** That a node is no dependency, where one with a role is meant. */
export function notADependency({ topology }: Drill, name: string | undefined, path: Path): Problem[] {
  if (name === undefined || topology.nodes[name]?.role !== 'dependency') return [];
  return [{ path, expected: 'a node that is primary or standby', found: `${quoted(name)}, a dependency` }];
}

/** Whether the system can be asked to make another node the primary. */
export function checkPromotion(system: SystemAbilities | undefined, path: Path, what: string): Problem[] {
  if (!system || system.switchover) return [];
  return [
    {
      path,
      message: `the system is not told how ${what} is asked for`,
      todo: 'give it `promote`, such as `promote: POST /admin/promote` (a plug-in: `switchover`)',
    },
  ];
}

export function checkWayBack(drill: Drill, { trigger }: Failback, parts: Parts): Problem[] {
  const system = abilitiesOf(drill.topology, parts);
  const path = ['failback'];
  if (Object.values(drill.topology.nodes).filter(isMember).length < 2)
    return [
      { path, on: 'key', message: 'there is no standby, and so no way back from one', todo: 'remove it' },
    ];
  if (system && !system.roles)
    return [
      {
        path,
        on: 'key',
        message: 'nobody would see the failback, since the system does not tell the roles of its nodes',
        todo: 'give it `role`',
      },
    ];
  return trigger === 'manual' ? checkPromotion(system, path, 'a failback') : [];
}
