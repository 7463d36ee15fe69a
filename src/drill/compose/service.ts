/**
 * One service of a Compose file as a node: what is taken, what is left out with a note because the drill does it by
 * itself, and what is refused because the service would be another one without it.
 */

import { resolve } from 'node:path';
import { RESTART_POLICY as RESTARTS } from '../../topology/restart-policy.js';
import { found, type Path, quoted } from '../problem.js';
import { nearest } from '../suggest.js';
import { bindLack } from './binds.js';
import { buildOf } from './build.js';
import { capabilitiesOf } from './capabilities.js';
import type { ServiceContext, Values } from './context.js';
import { handedFiles } from './handed-files.js';
import { healthcheckOf } from './healthcheck.js';
import {
  DEPENDENCY,
  DEPLOY,
  ENV_FILE,
  LIMITS,
  NETWORK,
  RESERVATIONS,
  RESOURCES,
  RESTART_POLICY,
  SERVICE,
} from './keys.js';
import { leaveOut, mapAt } from './map.js';
import { portNumbers } from './ports.js';
import { sizeText } from './quantities.js';
import { memoryFolders } from './tmpfs.js';
import { parseVariables, type Variables, variablesOf } from './variables.js';
import { volumesOf } from './volumes.js';

/** What a key of a service gives of a node. */
type Taken = (value: unknown, path: Path, context: ServiceContext, service: Values) => Values;

const asItIs: Taken = (value, [key]) => ({ [String(key)]: value });

const TAKEN: Readonly<Record<string, Taken>> = {
  image: (value, _path, _context, { build }) =>
    build === undefined || build === null ? { image: value } : {},
  build: buildOf,
  command: (value) => (value === null ? {} : { command: value }),
  entrypoint: (value) => (value === null ? {} : { entrypoint: value }),
  environment: () => ({}),
  env_file: () => ({}),
  group_add: (value) => ({ group_add: Array.isArray(value) ? value.map(String) : value }),
  shm_size: (value, path, context) => sizeAt('shm_size', value, path, context),
  stop_signal: (value) => ({ stop_signal: String(value) }),
  ulimits: asItIs,
  user: (value) => ({ user: String(value) }),
  working_dir: asItIs,
  init: asItIs,
  volumes: (value, path, context) => volumesOf(value, path, context),
  tmpfs: () => ({}),
  secrets: () => ({}),
  configs: () => ({}),
  expose: () => ({}),
  ports: () => ({}),
  healthcheck: healthcheckOf,
  depends_on: dependsOn,
  cap_add: capabilitiesOf,
  sysctls: (value) => ({ sysctls: Array.isArray(value) ? variablesOf(value, () => '') : value }),
  mem_limit: (value, path, context) => sizeAt('mem_limit', value, path, context),
  cpus: (value, path, context) => processors(value, path, context),
  deploy: deployOf,
  networks: networksOf,
  network_mode: networkMode,
  // What names these give is seen from all services together.
  links: () => ({}),
  container_name: () => ({}),
  restart: (value, path, context, service) =>
    hasPolicy(service) ? {} : restartAs(value === false ? 'no' : String(value), path, context),
  hostname: (value) => (value === null ? {} : { hostname: String(value) }),
  scale: () => ({}),
};

/** The keys of a node that a service's key comes to; others come to themselves. */
const COMES_TO: Readonly<Record<string, string>> = {
  ports: 'expose',
  env_file: 'environment',
  secrets: 'volumes',
  configs: 'volumes',
};

const KEYS = { ...SERVICE, taken: Object.keys(TAKEN) };

/** The key of a service that a node's key came from, for the place of a problem. */
export function originOf(key: string, service: Values): string {
  if (service[key] !== undefined) return key;
  const other = Object.entries(COMES_TO).find(([from, to]) => to === key && service[from] !== undefined);
  return other?.[0] ?? key;
}

/** The node that a service comes to. Of keys that `given` has, which come first, nothing is looked at. */
export function nodeOf(service: Values, given: Values, context: ServiceContext): Values {
  const keys = Object.keys(service).filter((key) => !isGiven(key, given));
  const node: Record<string, unknown> = {};
  for (const key of keys) {
    const value = service[key];
    const taken = Object.hasOwn(TAKEN, key) ? TAKEN[key] : undefined;
    if (taken) Object.assign(node, taken(value, [key], context, service));
    else leaveOut(value, [key], KEYS, context);
  }
  // `volumes` may have given some, too.
  const folders = keys.includes('tmpfs') ? memoryFolders(service['tmpfs'], ['tmpfs'], context) : [];
  if (folders.length > 0) node['tmpfs'] = [...folders, ...((node['tmpfs'] as string[] | undefined) ?? [])];
  for (const kind of ['secrets', 'configs'] as const) {
    if (!keys.includes(kind)) continue;
    const { volumes, files } = handedFiles(kind, service[kind], [kind], context);
    if (volumes.length > 0)
      node['volumes'] = [...((node['volumes'] as string[] | undefined) ?? []), ...volumes];
    if (Object.keys(files).length > 0) node['files'] = { ...(node['files'] as Values | undefined), ...files };
  }
  const ports = portNumbers(keys, service, context);
  if (ports.length > 0) node['expose'] = ports;
  const variables = environmentOf(service, context);
  if (Object.keys(variables).length > 0) node['environment'] = variables;
  return node;
}

/** Variables are the exception: those that are given come beside the others. */
function isGiven(key: string, given: Values): boolean {
  if (key === 'environment' || key === 'env_file') return false;
  if (key === 'image' || key === 'build') return given['image'] !== undefined || given['build'] !== undefined;
  return given[COMES_TO[key] ?? key] !== undefined;
}

function environmentOf(service: Values, context: ServiceContext): Variables {
  const { environment, refuse, read, folder } = context;
  const files = service['env_file'];
  const variables: Variables = {};
  for (const [index, entry] of (Array.isArray(files) ? files : [files]).entries()) {
    if (entry === undefined || entry === null) continue;
    const at = Array.isArray(files) ? ['env_file', index] : ['env_file'];
    const held = typeof entry === 'object' ? mapAt(entry, at, ENV_FILE, context) : { path: entry };
    if (!held) continue;
    const { path, required = true } = held as Values;
    if (typeof path !== 'string') {
      refuse(at, { expected: 'a file with variables', found: found(path) });
      continue;
    }
    const file = resolve(folder, path);
    const lack = bindLack(file, context.around);
    if (lack) {
      refuse(at, { ...lack, todo: 'give the variables in `environment`' });
      continue;
    }
    const text = read(file);
    const parsed = text === undefined ? undefined : parseVariables(text, environment);
    if (!parsed) {
      if (required) refuse(at, { expected: 'a file with variables', found: `no file ${quoted(path)}` });
    } else if ('error' in parsed) refuse(at, { message: `${path}: ${parsed.error}` });
    else Object.assign(variables, parsed.variables);
  }
  const own = service['environment'];
  const given = variablesOf(own ?? {}, environment);
  if (!given) refuse(['environment'], { expected: 'a map of variables, or a list', found: found(own) });
  return { ...variables, ...given };
}

function dependsOn(value: unknown, path: Path, context: ServiceContext): Values {
  if (typeof value !== 'object' || value === null) return { depends_on: value ?? [] };
  if (Array.isArray(value))
    return {
      depends_on: value.filter((name, index) => isWaitedFor(String(name), [...path, index], context)),
    };
  const entries = Object.entries(value).flatMap(([name, held]) => {
    const { condition = 'service_started', required } =
      mapAt(held, [...path, name], DEPENDENCY, context) ?? {};
    const isLeft = required === false && context.isNode(name) !== true;
    return !isLeft && isWaitedFor(name, [...path, name], context) ? [[name, { condition }]] : [];
  });
  return { depends_on: Object.fromEntries(entries) };
}

/**
 * Whether a service can be waited for. One that is not there because of its profiles is refused; one that no file declares
 * may be in another that Compose would be given, too, and is left out with a note.
 */
function isWaitedFor(
  name: string,
  path: Path,
  { isNode, known, refuse, note, ...context }: ServiceContext,
): boolean {
  const there = isNode(name);
  if (there === 'profile')
    refuse(path, {
      on: 'key',
      expected: 'a service that is started',
      found: `${quoted(name)}, which belongs to a profile`,
      todo: `name ${name} under \`nodes\` of the drill file, or its profile in COMPOSE_PROFILES`,
    });
  else if (!there && nearest(name, known) === undefined) {
    note(path, `${context.name} does not wait for ${name}, which no file declares`);
    return false;
  }
  return true;
}

function sizeAt(key: string, value: unknown, path: Path, { refuse }: ServiceContext): Values {
  const size = sizeText(value);
  if (size === undefined) refuse(path, { expected: 'a size, such as 256m', found: found(value) });
  return size === undefined ? {} : { [key]: size };
}

function processors(value: unknown, path: Path, { refuse }: ServiceContext): Values {
  if (Number.isFinite(Number(value))) return { cpus: Number(value) };
  refuse(path, { expected: 'a number of processors, such as 0.5', found: found(value) });
  return {};
}

function deployOf(value: unknown, path: Path, context: ServiceContext): Values {
  const within = [...path, 'resources'];
  const { resources, restart_policy } = mapAt(value, path, DEPLOY, context) ?? {};
  const { limits, reservations } = mapAt(resources, within, RESOURCES, context) ?? {};
  const { cpus, memory: most } = mapAt(limits, [...within, 'limits'], LIMITS, context) ?? {};
  mapAt(reservations, [...within, 'reservations'], RESERVATIONS, context);
  return {
    ...(restart_policy === undefined ? {} : policyOf(restart_policy, [...path, 'restart_policy'], context)),
    ...(cpus === undefined ? {} : processors(cpus, [...within, 'limits', 'cpus'], context)),
    ...(most === undefined ? {} : sizeAt('mem_limit', most, [...within, 'limits', 'memory'], context)),
  };
}

/** Whether a service says in Swarm's words when it is started again; as with Compose, these count. */
function hasPolicy({ deploy }: Values): boolean {
  return typeof deploy === 'object' && deploy !== null && 'restart_policy' in deploy;
}

function policyOf(value: unknown, path: Path, context: ServiceContext): Values {
  const { condition = 'any', max_attempts: most } = mapAt(value, path, RESTART_POLICY, context) ?? {};
  const words: Readonly<Record<string, string>> = { none: 'no', any: 'always' };
  const restart = words[String(condition)] ?? String(condition);
  return restartAs(restart === 'on-failure' && most ? `${restart}:${most}` : restart, path, context);
}

function restartAs(restart: string, path: Path, { refuse }: ServiceContext): Values {
  if (RESTARTS.test(restart)) return { restart };
  const expected = 'no, always, unless-stopped or on-failure';
  refuse(path, { expected, found: quoted(restart), todo: 'without it, nothing is started again' });
  return {};
}

function networksOf(value: unknown, path: Path, context: ServiceContext): Values {
  const { refuse, note, name } = context;
  if (typeof value !== 'object')
    refuse(path, { expected: 'a list of networks, or a map', found: found(value) });
  const networks = typeof value === 'object' && !Array.isArray(value) ? (value ?? {}) : {};
  for (const [network, held] of Object.entries(networks)) {
    const { aliases = [] } = mapAt(held, [...path, network], NETWORK, context) ?? {};
    if (!Array.isArray(aliases))
      refuse([...path, network, 'aliases'], { expected: 'a list of names', found: found(aliases) });
  }
  note(path, `\`networks\` of ${name} are not taken: every node has a link to every other`);
  return {};
}

function networkMode(value: unknown, path: Path, { refuse }: ServiceContext): Values {
  if (value !== 'bridge' && value !== 'default')
    refuse(path, {
      expected: "networks of the drill's own, on which links can be cut",
      found: `\`network_mode: ${value}\`${value === 'host' ? ', the network of this machine' : ''}`,
      todo: 'remove it',
    });
  return {};
}
