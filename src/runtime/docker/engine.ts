/**
 * The container engine: whether it answers, and the client that talks to it.
 *
 * Looking for it costs no more than a request; the client is loaded only by whoever is going to use it.
 */
import { request } from 'node:http';
import { Agent, request as requestOverTls } from 'node:https';
import type { Socket } from 'node:net';
import type Dockerode from 'dockerode';
import { type Clock, within } from '../../clock.js';
import { EnvironmentError, messageOf } from '../../errors.js';
import { type EngineAddress, engineAddress, placeOf, tlsOf } from './engine-address.js';

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
      { where, expected: 'a container engine that answers', ...silenceOf(error) },
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

/** Why it does not answer, and what to do about that. */
function silenceOf(error: unknown): { found: string; todo: string } {
  const code = (error as { code?: unknown } | null)?.code;
  if (code !== 'EACCES' && code !== 'EPERM')
    return { found: messageOf(error), todo: 'start it, or use --runtime process' };
  return {
    found: `one that this user may not use (${messageOf(error)})`,
    todo: 'join the group of its socket, which as a rule is docker (`sudo usermod -aG docker $USER`, then log in again), use sudo, or use --runtime process',
  };
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
  const { tls, ...where } = address;
  const keys = tls && tlsOf(tls);
  // What the client would take from DOCKER_HOST and its like by itself is said here, for they may not be meant.
  return new Client({
    ...where,
    ...('host' in where ? { protocol: keys ? ('https' as const) : ('http' as const) } : {}),
    ...keys,
    timeout: patience,
    ...(keys?.rejectUnauthorized === false ? { agent: new Agent(keys) } : {}),
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

function get(address: EngineAddress, path: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const { tls, ...where } = address;
    const ask = tls ? requestOverTls : request;
    const sent = ask({ ...where, ...(tls && tlsOf(tls)), path, signal, agent: false }, (response) => {
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
