/**
 * The container engine: where it listens, whether it answers, and the client that talks to it.
 *
 * Looking for it costs no more than a request; the client is loaded only by whoever is going to use it.
 */
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { type Clock, within } from '../../clock.js';
import { EnvironmentError, messageOf } from '../../errors.js';

/** Where an engine listens. Only engines of this machine: ports are published on its loopback addresses. */
export type EngineAddress = { socketPath: string } | { host: string; port: number };

export interface FoundEngine {
  address: EngineAddress;
  /** In words, for people: `/var/run/docker.sock`. */
  where: string;
  version: string;
  /** The kind of machine whose programs it runs: `linux`, `amd64`. */
  os: string;
  architecture: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** How long an engine may take to say its version, and to do one thing, ms. */
const ANSWER_PATIENCE = 2000;
const WORK_PATIENCE = 120_000;

/** The oldest API that has all that is asked for: Docker 20.10's. */
const OLDEST_API = [1, 41] as const;

/** Finds the engine that answers. Rejects with an `EnvironmentError` that says why there is none that is fit. */
export async function findEngine(environment: Environment, clock: Clock): Promise<FoundEngine> {
  const address = engineAddress(environment);
  const where = placeOf(address);
  let text: string;
  try {
    text = await within(clock, ANSWER_PATIENCE, 'GET /version', (signal) => get(address, '/version', signal));
  } catch (error) {
    throw new EnvironmentError(
      {
        where,
        expected: 'a container engine that answers',
        found: messageOf(error),
        todo: 'start it, or use --runtime process',
      },
      { cause: error },
    );
  }
  let told: Record<string, string>;
  try {
    told = JSON.parse(text) as Record<string, string>;
  } catch (error) {
    throw new EnvironmentError(
      { where, expected: "a container engine's version", found: JSON.stringify(text.slice(0, 80)) },
      { cause: error },
    );
  }
  const { Version = 'unknown', ApiVersion = '', Os = '', Arch = '' } = told;
  if (isTooOld(ApiVersion)) {
    throw new EnvironmentError({
      where,
      expected: `a container engine with API ${OLDEST_API.join('.')} or later, as Docker 20.10 has`,
      found: `version ${Version} with API ${ApiVersion}`,
      todo: 'update it, or use --runtime process',
    });
  }
  return { address, where, version: Version, os: Os, architecture: Arch };
}

/** An engine that does not say what it can is taken as it is. */
function isTooOld(api: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)$/.exec(api)?.map(Number) ?? [];
  if (major === undefined || minor === undefined) return false;
  return major < OLDEST_API[0] || (major === OLDEST_API[0] && minor < OLDEST_API[1]);
}

/**
 * The client of an engine. It is heavy: whoever needs no containers never loads it. `patience` is how long the engine
 * may be silent over what it was asked, ms.
 */
export async function engineClient(address: EngineAddress, patience = WORK_PATIENCE): Promise<Dockerode> {
  const { default: Client } = await import('dockerode');
  return new Client({
    ...address,
    ...('host' in address ? { protocol: 'http' as const } : {}),
    timeout: patience,
  });
}

/**
 * What an engine goes on telling is silent for as long as nothing happens. The client's patience, which is for answers,
 * would end it then.
 */
export function mayBeSilent(stream: NodeJS.ReadableStream): void {
  // An upgraded connection is the socket itself.
  const { socket = stream } = stream as { socket?: unknown };
  (socket as Socket).setTimeout(0);
}

/** By DOCKER_HOST, else the first socket that exists. Throws an `EnvironmentError` for what is no engine's address. */
export function engineAddress(environment: Environment): EngineAddress {
  const given = environment['DOCKER_HOST'];
  if (given) return parseHost(given);
  const home = environment['HOME'];
  const session = environment['XDG_RUNTIME_DIR'];
  const places = [
    '/var/run/docker.sock',
    ...(session ? [join(session, 'docker.sock')] : []),
    ...(home ? [join(home, '.docker/run/docker.sock')] : []),
  ];
  return { socketPath: places.find((path) => existsSync(path)) ?? '/var/run/docker.sock' };
}

/** Whether an engine could be there: its socket is, or a port is named. */
export function mayHaveEngine(environment: Environment): boolean {
  try {
    const address = engineAddress(environment);
    return !('socketPath' in address) || existsSync(address.socketPath);
  } catch {
    // An address that drills do not run at has nothing of theirs.
    return false;
  }
}

/** Reads a DOCKER_HOST: a socket, or a port on loopback. */
export function parseHost(text: string): EngineAddress {
  const [, path] = /^unix:\/\/(\/.+)$/.exec(text) ?? [];
  if (path !== undefined) return { socketPath: path };
  const [, host, port] =
    /^(?:tcp|http):\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\]):(\d+)\/?$/.exec(text) ?? [];
  if (host !== undefined) return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  throw new EnvironmentError({
    where: 'DOCKER_HOST',
    expected: 'an engine on this machine, such as unix:///var/run/docker.sock',
    found: `"${text}"`,
    todo: 'change it, or use --runtime process',
  });
}

function placeOf(address: EngineAddress): string {
  return 'socketPath' in address ? address.socketPath : `${address.host}:${address.port}`;
}

function get(address: EngineAddress, path: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...address, path, signal, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        response.statusCode === 200
          ? resolve(text)
          : reject(new EnvironmentError(`status ${response.statusCode}`)),
      );
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** The HTTP status of an engine's refusal; undefined where it did not answer at all. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}

/** What an engine says of its refusal, without the client's words around it. */
export function refusalOf(error: unknown): string {
  const said = (error as { json?: { message?: unknown } } | null)?.json?.message;
  return typeof said === 'string' ? said : messageOf(error);
}
