/**
 * Where the container engine listens, found as Docker's own command finds it:
 *
 *     DOCKER_HOST  >  DOCKER_CONTEXT  >  `docker context use` (config.json)  >  the first socket that is there
 *
 * Only engines of this machine: ports are published on its loopback addresses.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError, messageOf } from '../../errors.js';

/** A socket, or a port on loopback. */
export type EngineAddress = ({ socketPath: string } | { host: string; port: number }) & { tls?: EngineTls };

/** With what it is spoken to over TLS: the folder of ca.pem, cert.pem and key.pem, any of which may be missing. */
export interface EngineTls {
  folder: string;
  /** Whether it is taken for the engine whatever its certificate says. */
  trusting: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const PROCESS = 'or use --runtime process';
const LOCAL = 'an engine on this machine, such as unix:///var/run/docker.sock';

/** Throws an `EnvironmentError` for a context that is not there, and for what is no engine's address. */
export function engineAddress(environment: Environment): EngineAddress {
  const given = environment['DOCKER_HOST'];
  if (given) {
    const address = parseHost(given);
    const isOverTls = 'host' in address && Boolean(environment['DOCKER_TLS_VERIFY']);
    const folder = environment['DOCKER_CERT_PATH'] || configFolder(environment);
    return isOverTls && folder !== undefined ? { ...address, tls: { folder, trusting: false } } : address;
  }
  const context = chosenContext(environment);
  return context === undefined ? { socketPath: usualSocket(environment) } : contextAddress(context);
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

/** Reads an engine's address as `where` has it: a socket, or a port on loopback. */
export function parseHost(
  text: string,
  where = 'DOCKER_HOST',
  todo = `change it, ${PROCESS}`,
): EngineAddress {
  const [, path] = /^unix:\/\/(\/.+)$/.exec(text) ?? [];
  if (path !== undefined) return { socketPath: path };
  const [, host, port] =
    /^(?:tcp|https?):\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\]):(\d+)\/?$/.exec(text) ?? [];
  if (host !== undefined) return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  throw new EnvironmentError({ where, expected: LOCAL, found: `"${text}"`, todo });
}

/** In words, for people: `/var/run/docker.sock`. */
export function placeOf(address: EngineAddress): string {
  return 'socketPath' in address ? address.socketPath : `${address.host}:${address.port}`;
}

/** What a TLS connection is made with. Read when it is made: only where it lies is noted for others. */
export function tlsOf({ folder, trusting }: EngineTls) {
  const read = (name: string) => {
    const path = join(folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };
  const [ca, cert, key] = [read('ca.pem'), read('cert.pem'), read('key.pem')];
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: !trusting,
  };
}

function usualSocket(environment: Environment): string {
  const home = environment['HOME'];
  const session = environment['XDG_RUNTIME_DIR'];
  const places = [
    '/var/run/docker.sock',
    ...(session ? [join(session, 'docker.sock')] : []),
    ...(home ? [join(home, '.docker/run/docker.sock')] : []),
  ];
  return places.find((path) => existsSync(path)) ?? '/var/run/docker.sock';
}

/** Where Docker's own command keeps its settings. */
function configFolder(environment: Environment): string | undefined {
  const home = environment['HOME'];
  return environment['DOCKER_CONFIG'] || (home ? join(home, '.docker') : undefined);
}

interface ChosenContext {
  name: string;
  /** By what it was chosen. */
  by: string;
  /** Where contexts are kept. */
  folder: string;
}

/** Undefined where it is none of those that have files: the default one means the usual socket. */
function chosenContext(environment: Environment): ChosenContext | undefined {
  const config = configFolder(environment);
  if (config === undefined) return undefined;
  const file = join(config, 'config.json');
  const asked = environment['DOCKER_CONTEXT'];
  const name = asked || currentContext(file);
  if (!name || name === 'default') return undefined;
  return { name, by: asked ? 'DOCKER_CONTEXT' : file, folder: join(config, 'contexts') };
}

function currentContext(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const { currentContext: name } = readJson<{ currentContext?: unknown }>(file);
  return typeof name === 'string' ? name : undefined;
}

interface ContextFile {
  Endpoints?: { docker?: { Host?: string; SkipTLSVerify?: boolean } };
}

function contextAddress({ name, by, folder }: ChosenContext): EngineAddress {
  const id = createHash('sha256').update(name).digest('hex');
  const file = join(folder, 'meta', id, 'meta.json');
  const where = `Docker context "${name}" (chosen by ${by})`;
  if (!existsSync(file))
    throw new EnvironmentError({
      where,
      expected: 'a context of that name',
      found: `no ${file}`,
      todo: `choose one that \`docker context ls\` has, ${PROCESS}`,
    });
  const { Host = '', SkipTLSVerify = false } = readJson<ContextFile>(file).Endpoints?.docker ?? {};
  const todo = `choose one of this machine with \`docker context use\`, ${PROCESS}`;
  const address = parseHost(Host, where, todo);
  const keys = join(folder, 'tls', id, 'docker');
  const isOverTls = SkipTLSVerify || Host.startsWith('https:') || existsSync(keys);
  return isOverTls && 'host' in address
    ? { ...address, tls: { folder: keys, trusting: SkipTLSVerify } }
    : address;
}

function readJson<Content>(file: string): Content {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) ?? {}) as Content;
  } catch (error) {
    throw new EnvironmentError(
      {
        where: file,
        expected: 'what Docker writes there, by which the engine is found',
        found: messageOf(error),
        todo: `mend it, name the engine by DOCKER_HOST, ${PROCESS}`,
      },
      { cause: error },
    );
  }
}
