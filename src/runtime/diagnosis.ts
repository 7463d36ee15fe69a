/** What this machine can run and what it lacks: the checks behind `drill doctor`. */
import { constants } from 'node:fs';
import { access, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../clock.js';
import { messageOf } from '../errors.js';
import { freshId } from '../random.js';
import type { Ability } from './ability.js';
import { diagnoseEngine } from './docker/diagnosis.js';
import { lackOfLoopback, openFileLimit } from './machine.js';
import { onPath } from './on-path.js';
import { reserveBlock } from './ports.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The lowest Node version that is supported. */
const NODE = [20, 19] as const;
/** Room that the nodes of a drill may need for their data, bytes. */
const ROOM = 100 * 1024 ** 2;

export async function diagnose(environment: Environment, clock: Clock): Promise<Ability[]> {
  return Promise.all([
    node(),
    temporaryFolder(),
    loopback(clock),
    openFiles(),
    ports(),
    processList(),
    toxiproxy(environment),
    diagnoseEngine(environment, clock),
  ]).then((found) => found.flat());
}

async function node(): Promise<Ability> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > NODE[0] || (major === NODE[0] && minor >= NODE[1]);
  return {
    subject: 'Node',
    state: enough ? 'ok' : 'missing',
    found: process.version,
    ...(enough ? {} : { todo: `install Node ${NODE.join('.')} or later` }),
  };
}

/** Where nodes keep their data. */
async function temporaryFolder(): Promise<Ability> {
  try {
    const folder = await mkdtemp(join(tmpdir(), 'failover-drill-doctor-'));
    await rm(folder, { recursive: true });
    const { bavail, bsize } = await statfs(tmpdir());
    const room = bavail * bsize;
    const found = `${tmpdir()}, ${(room / 1024 ** 3).toFixed(1)} GiB free`;
    return room >= ROOM
      ? { subject: 'temporary folder', state: 'ok', found }
      : {
          subject: 'temporary folder',
          state: 'missing',
          found,
          todo: 'make room there, or set TMPDIR to a folder with 0.1 GiB',
        };
  } catch (error) {
    return {
      subject: 'temporary folder',
      state: 'missing',
      found: messageOf(error),
      todo: 'set TMPDIR to a folder that can be written',
    };
  }
}

/** By which the runner reaches nodes, links and agents. */
async function loopback(clock: Clock): Promise<Ability> {
  const lack = await lackOfLoopback(clock);
  return lack
    ? { subject: 'loopback', state: 'missing', ...lack }
    : { subject: 'loopback', state: 'ok', found: '127.0.0.1 answers' };
}

/** Too few of them end the command before it gets here. */
function openFiles(): Ability {
  const limit = openFileLimit();
  return { subject: 'open files', state: 'ok', found: limit === undefined ? 'no limit' : `${limit} at once` };
}

/** For nodes and links, on loopback. */
async function ports(): Promise<Ability> {
  try {
    const { first, count } = await reserveBlock(freshId());
    return { subject: 'ports', state: 'ok', found: `a block of ${count} is free from ${first} on` };
  } catch (error) {
    return { subject: 'ports', state: 'missing', found: messageOf(error) };
  }
}

/** By which the reaper finds what a killed runner left behind. */
async function processList(): Promise<Ability> {
  const readable = await access('/proc/self/environ', constants.R_OK).then(
    () => true,
    () => false,
  );
  return readable
    ? { subject: 'process list', state: 'ok', found: '/proc' }
    : {
        subject: 'process list',
        state: 'absent',
        found: 'no /proc',
        todo: 'the reaper goes by the process numbers that the runner wrote down',
      };
}

function toxiproxy(environment: Environment): Ability {
  const subject = 'toxiproxy-server';
  const found = onPath(subject, environment['PATH']);
  if (found !== undefined) return { subject, state: 'ok', found };
  return { subject, state: 'absent', found: 'not on PATH', todo: 'the embedded one is used' };
}
