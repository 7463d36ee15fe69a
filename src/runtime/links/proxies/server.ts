/**
 * Which Toxiproxy carries the links, in this order: the user's own (`--toxiproxy URL`), the `toxiproxy-server` on
 * PATH, the embedded one. Whichever it is, from here on it is a URL that speaks Toxiproxy's API.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import type { Toxiproxy } from 'toxiproxy-node-client';
import { type Clock, firstToEnd, sleep, within } from '../../../clock.js';
import { EnvironmentError, isError, messageOf } from '../../../errors.js';
import { entry } from '../../entry.js';
import type { Helper, Hosts } from '../cluster.js';
import { openClient } from './api-client.js';
import type { ToxiproxyChoice } from './toxiproxy-choice.js';

/** How long a server that we start may take to answer, and one that is there already, ms. */
const START_PATIENCE = 10_000;
const ANSWER_PATIENCE = 5000;
/** The first version with all the toxics that a drill can name (`reset_peer` was the last to come). */
const OLDEST = [2, 4, 0] as const;

export interface ToxiproxyServer {
  client: Toxiproxy;
  url: string;
  /** `embedded`, `toxiproxy-server on PATH` or the URL. */
  server: string;
  version: string;
  /** Where it is a process of ours: resolves when that has ended, with how. */
  ended?: Promise<string>;
  /** Ends the server where it is ours. */
  close(): Promise<void>;
}

export interface ServerChoice {
  clock: Clock;
  hosts: Hosts;
  /** Left out, it is the best there is. An image is for containers: on this machine it is as if it were not said. */
  asked?: ToxiproxyChoice;
  /** The value of PATH; without it, nothing is looked for there. */
  path?: string | undefined;
  /** Seeds the embedded server's randomness (toxicity, jitter, slices). */
  seed?: number | string | undefined;
}

/** Rejects with an `EnvironmentError` where the server that was chosen does not answer or is too old. */
export async function openToxiproxy(choice: ServerChoice): Promise<ToxiproxyServer> {
  const { asked = { kind: 'any' } } = choice;
  if (asked.kind === 'url') return openGiven(choice, asked.url);
  const executable =
    asked.kind === 'embedded' ? undefined : findOnPath('toxiproxy-server', choice.path ?? '');
  return executable ? openFromPath(choice, executable) : openEmbedded(choice);
}

/** The client of a server that the runtime has started for links in networks of its own. */
export async function openInside(url: string, clock: Clock): Promise<{ client: Toxiproxy; version: string }> {
  const client = openClient(url);
  return { client, version: await versionOf(client, clock) };
}

async function openGiven({ clock, hosts }: ServerChoice, url: string): Promise<ToxiproxyServer> {
  const client = openClient(url);
  const version = await versionOf(client, clock);
  // Before the first proxy is made: it outlives us, and the proxies on it would too.
  hosts.noteHolding({ kind: 'toxiproxy', place: url });
  return { client, url, server: url, version, close: async () => {} };
}

async function openFromPath({ clock, hosts }: ServerChoice, executable: string): Promise<ToxiproxyServer> {
  const { host, port } = await hosts.address();
  const command = [executable, '-host', host, '-port', String(port)];
  const helper = await hosts.host('toxiproxy', { command }, () => {});
  const client = openClient(`http://${host}:${port}`);
  const version = await orEndedAtOnce(helper, firstAnswer(client, helper, clock));
  return {
    client,
    url: client.host,
    server: 'toxiproxy-server on PATH',
    version,
    ended: helper.ended,
    close: () => helper.stop(),
  };
}

async function openEmbedded({ clock, hosts, seed }: ServerChoice): Promise<ToxiproxyServer> {
  const command = [process.execPath, entry('toxiproxy/process.js'), '--listen', '127.0.0.1:0', '--lifeline'];
  if (seed !== undefined) command.push('--seed', String(seed));
  let listening: (url: string) => void = () => {};
  const url = new Promise<string>((resolve) => {
    listening = resolve;
  });
  const helper = await hosts.host('toxiproxy', { command }, (line) => {
    const told = parse(line);
    if (told?.event === 'listening' && told.url !== undefined) listening(told.url);
  });
  const client = openClient(
    await orEndedAtOnce(
      helper,
      within(clock, START_PATIENCE, 'the start of the embedded Toxiproxy', (signal) =>
        firstToEnd(
          signal,
          () => url,
          (either) => rejectWhenEnded(helper, clock, either),
        ),
      ),
    ),
  );
  const version = await versionOf(client, clock);
  const close = () => helper.stop();
  return { client, url: client.host, server: 'embedded', version, ended: helper.ended, close };
}

/** Resolves with the version once the server answers. */
function firstAnswer(client: Toxiproxy, helper: Helper, clock: Clock): Promise<string> {
  return within(clock, START_PATIENCE, 'the start of toxiproxy-server', async (signal) => {
    for (;;) {
      const version = await versionOf(client, clock).catch(() => undefined);
      // A program on PATH that is not the right one may end at once while another one answers on its port.
      if (!helper.running()) throw new EnvironmentError('it ended');
      if (version !== undefined) return version;
      await sleep(clock, 20, signal);
    }
  });
}

async function rejectWhenEnded(helper: Helper, clock: Clock, signal: AbortSignal): Promise<never> {
  while (helper.running()) await sleep(clock, 20, signal);
  throw new EnvironmentError('it ended');
}

/** Adds what the server last wrote to the reason for which it did not start. */
async function orEndedAtOnce<T>(helper: Helper, started: Promise<T>): Promise<T> {
  try {
    return await started;
  } catch (error) {
    const wrote = (await helper.tail(5)).join(' | ');
    await helper.stop();
    throw new EnvironmentError(
      {
        where: 'the Toxiproxy server',
        expected: 'it to start',
        found: `${messageOf(error)}${wrote ? `; it wrote: ${wrote}` : ''}`,
      },
      { cause: error },
    );
  }
}

/** Asks the server for its version, and whether that is enough. */
async function versionOf(client: Toxiproxy, clock: Clock): Promise<string> {
  const where = `Toxiproxy at ${client.host}`;
  const text = await within(clock, ANSWER_PATIENCE, 'GET /version', () => client.getVersion()).catch(
    (error: unknown) => {
      throw new EnvironmentError(
        {
          where,
          expected: 'its version',
          found: reason(error),
          todo: 'start it, or leave out --toxiproxy to use the embedded one',
        },
        { cause: error },
      );
    },
  );
  // Before 2.5 the answer was the bare number.
  const version = parse(text)?.version ?? text.trim();
  const numbers = /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  if (numbers && isOlder(numbers, OLDEST)) {
    throw new EnvironmentError({
      where,
      expected: `version ${OLDEST.join('.')} or later`,
      found: version,
      todo: 'update it, or leave out --toxiproxy to use the embedded one',
    });
  }
  if (!numbers && version.length > 40) {
    throw new EnvironmentError({ where, expected: 'its version', found: 'something that is no Toxiproxy' });
  }
  return version;
}

function isOlder(numbers: readonly number[], oldest: readonly number[]): boolean {
  const at = numbers.findIndex((number, place) => number !== oldest[place]);
  return at >= 0 && (numbers[at] as number) < (oldest[at] as number);
}

/** `fetch failed` says nothing by itself: its cause does. */
function reason(error: unknown): string {
  const cause = isError(error) ? error.cause : undefined;
  return cause ? `${messageOf(error)} (${messageOf(cause)})` : messageOf(error);
}

function parse(line: string): { event?: string; url?: string; version?: string } | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The first of that name in a folder of PATH that can be executed. */
export function findOnPath(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
