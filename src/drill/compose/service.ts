/**
 * One service of a Compose file as a node: what is taken, what is left out with a note because the drill does it by
 * itself, and what is refused because the service would be another one without it.
 */
import { resolve } from 'node:path';
import { found, type Path, type Problem, quoted } from '../problem.js';
import { didYouMean } from '../suggest.js';
import { buildOf } from './build.js';
import { healthcheckOf } from './healthcheck.js';
import type { Lookup } from './interpolate.js';
import { IGNORED, REFUSED, WITHOUT_MEANING } from './keys.js';
import { portsIn } from './ports.js';
import { sizeText } from './quantities.js';
import { parseVariables, type Variables, variablesOf } from './variables.js';
import { volumesOf } from './volumes.js';

export type Values = Readonly<Record<string, unknown>>;

/** What a service is read with. */
export interface ServiceContext {
  name: string;
  /** The Compose file's folder, absolute. */
  folder: string;
  environment: Lookup;
  /** The text of a file; undefined where there is none. */
  read(file: string): string | undefined;
  /** Named volumes of the whole file. */
  volumes: Values;
  /** `path` is within the service. */
  refuse(path: Path, problem: Omit<Problem, 'path'>): void;
  note(path: Path, text: string): void;
}

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
  user: (value) => ({ user: String(value) }),
  working_dir: asItIs,
  init: asItIs,
  volumes: (value, path, context) => volumesOf(value, path, context),
  tmpfs: tmpfsOf,
  expose: () => ({}),
  ports: () => ({}),
  healthcheck: healthcheckOf,
  depends_on: dependsOn,
  cap_add: asItIs,
  sysctls: (value) => ({ sysctls: Array.isArray(value) ? variablesOf(value, () => '') : value }),
  mem_limit: (value, path, context) => memory(value, path, context),
  cpus: (value, path, context) => processors(value, path, context),
  deploy: deployOf,
  networks: networksOf,
  network_mode: networkMode,
  links: linksOf,
  scale: (value, path, context) => one(value, path, context),
};

/** The keys of a node that a service's key comes to; others come to themselves. */
const COMES_TO: Readonly<Record<string, string>> = { ports: 'expose', env_file: 'environment' };

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
    const taken = TAKEN[key];
    if (taken) Object.assign(node, taken(value, [key], context, service));
    else if (!key.startsWith('x-')) leaveOut(key, value, context);
  }
  const ports = portsOf(keys, service, context);
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

function leaveOut(key: string, value: unknown, { refuse, note, name }: ServiceContext): void {
  const todo =
    'write what the service needs with other keys, or import the output of `docker compose config`';
  if (value === false || value === null || WITHOUT_MEANING.includes(key)) return;
  const ignored = IGNORED[key];
  const refused = REFUSED[key];
  if (ignored !== undefined) note([key], `\`${key}\` of ${name} is not taken: ${ignored}`);
  else if (refused !== undefined)
    refuse([key], { on: 'key', message: `\`${key}\` cannot be taken: ${refused}`, todo });
  else {
    const known = [...Object.keys(TAKEN), ...Object.keys(IGNORED), ...Object.keys(REFUSED)];
    refuse([key], { on: 'key', message: `unknown key ${quoted(key)}`, todo: didYouMean(key, known) ?? todo });
  }
}

/** `ports` first: what is published is what clients dial. */
function portsOf(keys: readonly string[], service: Values, { refuse, note, name }: ServiceContext): number[] {
  const all: number[] = [];
  for (const key of ['ports', 'expose'].filter((one) => keys.includes(one))) {
    const entries = service[key] ?? [];
    if (!Array.isArray(entries)) refuse([key], { expected: 'a list of ports', found: found(entries) });
    else
      for (const [index, entry] of entries.entries()) {
        const ports = portsIn(entry);
        if (!ports) refuse([key, index], { expected: 'a port, such as "8080:80"', found: found(entry) });
        else if (ports.length === 0)
          note([key, index], `a port of ${name} is not taken: no link carries UDP`);
        all.push(...(ports ?? []));
      }
  }
  if (keys.includes('ports') && all.length > 0)
    note(['ports'], `\`ports\` of ${name} are not published: the drill has ports of its own on loopback`);
  return [...new Set(all)];
}

function environmentOf(service: Values, context: ServiceContext): Variables {
  const { environment, refuse, read, folder } = context;
  const files = service['env_file'];
  const variables: Variables = {};
  for (const [index, entry] of (Array.isArray(files) ? files : [files]).entries()) {
    if (entry === undefined || entry === null) continue;
    const at = Array.isArray(files) ? ['env_file', index] : ['env_file'];
    const { path, required = true } =
      typeof entry === 'string' ? { path: entry } : (entry as { path?: string; required?: boolean });
    const text = read(resolve(folder, String(path)));
    const parsed = text === undefined ? undefined : parseVariables(text, environment);
    if (!parsed) {
      if (required)
        refuse(at, { expected: 'a file with variables', found: `no file ${quoted(String(path))}` });
    } else if ('error' in parsed) refuse(at, { message: `${path}: ${parsed.error}` });
    else Object.assign(variables, parsed.variables);
  }
  const own = service['environment'];
  const given = variablesOf(own ?? {}, environment);
  if (!given) refuse(['environment'], { expected: 'a map of variables, or a list', found: found(own) });
  return { ...variables, ...given };
}

function tmpfsOf(value: unknown, path: Path, { note, name }: ServiceContext): Values {
  const folders = (Array.isArray(value) ? value : [value]).map(String);
  if (folders.some((folder) => folder.includes(':')))
    note(path, `options of \`tmpfs\` of ${name} are not taken: it may grow as the memory allows`);
  return { tmpfs: folders.map((folder) => folder.replace(/:.*$/, '')) };
}

function dependsOn(value: unknown, path: Path, { refuse }: ServiceContext): Values {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { depends_on: value ?? [] };
  const entries = Object.entries(value as Record<string, { condition?: unknown } | null>);
  for (const [name, held] of entries) {
    if (held?.condition === 'service_completed_successfully')
      refuse([...path, name, 'condition'], {
        expected: '`service_started` or `service_healthy`',
        found: '`service_completed_successfully`; a node runs as long as the drill',
        todo: 'do in the image what that service does, or give the node `depends_on` in the drill file',
      });
  }
  return {
    depends_on: Object.fromEntries(
      entries.map(([name, held]) => [name, { condition: held?.condition ?? 'service_started' }]),
    ),
  };
}

function memory(value: unknown, path: Path, { refuse }: ServiceContext): Values {
  const size = sizeText(value);
  if (size === undefined) refuse(path, { expected: 'a size, such as 256m', found: found(value) });
  return size === undefined ? {} : { mem_limit: size };
}

function processors(value: unknown, path: Path, { refuse }: ServiceContext): Values {
  if (Number.isFinite(Number(value))) return { cpus: Number(value) };
  refuse(path, { expected: 'a number of processors, such as 0.5', found: found(value) });
  return {};
}

function deployOf(value: unknown, path: Path, context: ServiceContext): Values {
  const { resources, replicas } = (value ?? {}) as { resources?: { limits?: Values }; replicas?: unknown };
  const { cpus, memory: most } = resources?.limits ?? {};
  return {
    ...(replicas === undefined ? {} : one(replicas, [...path, 'replicas'], context)),
    ...(cpus === undefined ? {} : processors(cpus, [...path, 'resources', 'limits', 'cpus'], context)),
    ...(most === undefined ? {} : memory(most, [...path, 'resources', 'limits', 'memory'], context)),
  };
}

function one(value: unknown, path: Path, { refuse }: ServiceContext): Values {
  if (Number(value) !== 1)
    refuse(path, {
      expected: 'one container for each node',
      found: found(value),
      todo: 'write a service for each of them',
    });
  return {};
}

function networksOf(value: unknown, path: Path, { refuse, note, name }: ServiceContext): Values {
  const networks = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  for (const [network, held] of Object.entries(networks as Record<string, { aliases?: string[] } | null>)) {
    if (held?.aliases?.some((alias) => alias !== name))
      refuse([...path, network, 'aliases'], {
        on: 'key',
        message: `other names of a service cannot be taken: its peers reach it as ${quoted(name)}`,
        todo: 'dial it by that name',
      });
  }
  note(path, `\`networks\` of ${name} are not taken: every node has a link to every other`);
  return {};
}

function networkMode(value: unknown, path: Path, { refuse }: ServiceContext): Values {
  if (value !== 'bridge' && value !== 'default')
    refuse(path, {
      expected: 'a network of its own for each node, whose links can be cut',
      found: `\`network_mode: ${value}\``,
      todo: 'remove it',
    });
  return {};
}

function linksOf(value: unknown, path: Path, { refuse }: ServiceContext): Values {
  for (const [index, entry] of (Array.isArray(value) ? value : []).entries()) {
    const [service, alias = service] = String(entry).split(':');
    if (alias !== service)
      refuse([...path, index], {
        message: `another name for a service cannot be taken: it is reached as ${quoted(service ?? '')}`,
        todo: 'dial it by that name',
      });
  }
  return {};
}
