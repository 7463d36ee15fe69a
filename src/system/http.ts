/**
 * A system of the user's own, told in the drill file: which requests write, read, ask for health and role.
 *
 *     what came of a request             a write is            a read is
 *     2xx                                ok                    ok
 *     a status of `absent_on`            -                     ok, nothing is there
 *     a status of `fail_on`              fail                  -
 *     the connection was refused         fail                  fail
 *     any other status                   in doubt              fail: a read changes nothing
 *     2xx, but without the field `json`  -                     fail: it says nothing of the value
 *     2xx, with null or an empty body    -                     ok, nothing is there
 *     a time-out, a lost connection      in doubt              in doubt
 *
 * A service that answers 500 may have written before it failed: only the user knows which statuses mean that
 * nothing was done.
 */
import { type HttpSystemSpec, httpOperations } from '../drill/http-system.js';
import { EnvironmentError, messageOf } from '../errors.js';
import type { Value } from '../history/event.js';
import { type Exchange, ServiceClient } from '../http-client.js';
import type { Address } from '../runtime/address.js';
import type {
  Connection,
  Greets,
  Outcome,
  RoleAnswer,
  Switches,
  System,
  TellsHealth,
  TellsRole,
} from './system.js';

/** The system that a drill file tells; it can do what it is told with. */
export function httpSystem(
  spec: HttpSystemSpec,
): System & Greets & Partial<TellsHealth & TellsRole & Switches> {
  const { ready, live, role, promote } = spec;
  const health = ready ?? live;
  const healthy = async (address: Address, signal: AbortSignal) => {
    if (health !== undefined) demandSuccess(await ask(spec, address, health, signal), address, health);
  };
  return {
    name: 'http',
    operations: httpOperations(spec),
    /** What runs is the node's image. */
    program: () => ({ command: [] }),
    connect: (address) => connection(spec, address),
    /** Any answer will do. */
    async greet(address, _token, signal) {
      await ask(spec, address, live ?? health ?? spec.read.request, signal);
    },
    ...(health === undefined ? {} : { healthy }),
    ...(role === undefined ? {} : { role: roleOf(spec, role, healthy) }),
    ...(promote === undefined ? {} : { switchover: switchoverBy(spec, promote) }),
  };
}

function connection(spec: HttpSystemSpec, address: Address): Connection {
  const client = new ServiceClient(address);
  const { write, read } = spec;
  return {
    async invoke({ f, key, value }, signal) {
      if (f === 'read') {
        const asked = requestOf(spec, read.request, '', key, null);
        return readOutcome(await client.exchange(asked, signal), read);
      }
      if (f !== 'write' || !write) return { type: 'fail', error: `the system is not told how to ${f}` };
      const asked = requestOf(spec, write.request, write.body, key, value);
      return writeOutcome(await client.exchange(asked, signal), value, write.fail_on);
    },
    close: () => client.close(),
  };
}

function requestOf(spec: HttpSystemSpec, request: string, body: string, key: string, value: Value) {
  const [method = 'GET', path = '/'] = request.split(' ');
  const filled = (text: string, shown: (part: string) => string) =>
    text.replaceAll('{key}', shown(key)).replaceAll('{value}', shown(JSON.stringify(value)));
  return {
    method,
    path: filled(path, encodeURIComponent),
    headers: { ...(body === '' ? {} : { 'Content-Type': 'application/json' }), ...spec.headers },
    body: filled(body, (part) => part),
  };
}

function writeOutcome(result: Exchange, value: Value, failOn: readonly number[]): Outcome {
  if (result.kind !== 'answer') return lost(result);
  if (isSuccess(result.status)) return { type: 'ok', value };
  const error = statusText(result);
  return failOn.includes(result.status) ? { type: 'fail', error } : { type: 'info', error };
}

function readOutcome(result: Exchange, { absent_on, json }: HttpSystemSpec['read']): Outcome {
  if (result.kind !== 'answer') return lost(result);
  if (absent_on.includes(result.status)) return { type: 'ok', value: null };
  if (!isSuccess(result.status)) return { type: 'fail', error: statusText(result) };
  try {
    if (json === undefined) return { type: 'ok', value: plainValue(result.text) };
    const value = fieldOf(result.text, json);
    if (value !== undefined) return { type: 'ok', value };
    return { type: 'fail', error: `expected the field ${json}, found ${statusText(result)}` };
  } catch (error) {
    return { type: 'fail', error: messageOf(error) };
  }
}

function lost({ kind, error }: Extract<Exchange, { error: Error }>): Outcome {
  return { type: kind === 'unsent' ? 'fail' : 'info', error: messageOf(error) };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function statusText({ status, text }: Extract<Exchange, { kind: 'answer' }>): string {
  const said = text.trim().slice(0, 80);
  return `status ${status}${said === '' ? '' : ` ${JSON.stringify(said)}`}`;
}

/** What stands in an answer: a number where it is one, for numbers are what is written. */
function plainValue(text: string): Value {
  const trimmed = text.trim();
  try {
    return scalar(JSON.parse(trimmed));
  } catch {
    return trimmed === '' ? null : trimmed;
  }
}

/** The field `a.b` of a JSON answer; null where it, or `a`, is null; undefined where it is not there. */
function fieldOf(text: string, path: string): Value | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new EnvironmentError({ expected: 'JSON', found: JSON.stringify(text.slice(0, 80)) });
  }
  for (const name of path.split('.')) {
    if (value === null) return null;
    if (typeof value !== 'object' || !Object.hasOwn(value as object, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return scalar(value);
}

function scalar(value: unknown): Value {
  if (typeof value === 'string') return /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : JSON.stringify(value);
}

function roleOf(
  spec: HttpSystemSpec,
  { request, primary_when }: NonNullable<HttpSystemSpec['role']>,
  healthy: TellsHealth['healthy'],
): TellsRole['role'] {
  return async (address, signal): Promise<RoleAnswer> => {
    const [answer, inSync] = await Promise.all([
      ask(spec, address, request, signal),
      healthy(address, signal).then(
        () => true,
        () => false,
      ),
    ]);
    if ('status' in primary_when)
      return { role: answer.status === primary_when.status ? 'primary' : 'standby', inSync };
    demandSuccess(answer, address, request);
    const { json, equals } = primary_when;
    return { role: String(fieldOf(answer.text, json)) === String(equals) ? 'primary' : 'standby', inSync };
  };
}

function switchoverBy(spec: HttpSystemSpec, promote: string): Switches['switchover'] {
  return async (to, { observe }, signal) => {
    const address = observe(to);
    demandSuccess(await ask(spec, address, promote, signal), address, promote);
  };
}

type Answer = Extract<Exchange, { kind: 'answer' }>;

/** Asks on a connection of its own. Rejects where there is no answer, with the reason as it was. */
async function ask(
  spec: HttpSystemSpec,
  address: Address,
  request: string,
  signal: AbortSignal,
): Promise<Answer> {
  const client = new ServiceClient(address);
  const result = await client.exchange(requestOf(spec, request, '', '', null), signal);
  client.close();
  if (result.kind === 'answer') return result;
  throw new EnvironmentError(
    { where: `${address.host}:${address.port}`, message: `${request}: ${messageOf(result.error)}` },
    { cause: result.error },
  );
}

function demandSuccess(answer: Answer, { host, port }: Address, request: string): void {
  if (isSuccess(answer.status)) return;
  throw new EnvironmentError({
    where: `${host}:${port}`,
    message: request,
    expected: 'a status from 200 to 299',
    found: statusText(answer),
  });
}
