/**
 * Containers whose time of day is wrong, by libfaketime: whoever may be hit is started with the library that its image
 * has, which reads from a file how far it is to be off. The monotonic clock is left alone.
 *
 * The witness asks `date` in the container, and looks whether the node's own process has the library: a program that
 * is linked statically would go by the right time whatever `date` says.
 */
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type Dockerode from 'dockerode';
import type { Clock } from '../../../clock.js';
import { formatSkew } from '../../../drill/units.js';
import { EnvironmentError } from '../../../errors.js';
import type { Handicap, HandicapSeen, Pace } from '../../handicap.js';
import { tar } from '../../image/tar.js';
import type { Container } from '../container.js';
import { refusalOf } from '../engine.js';
import { readText } from './cgroup.js';
import type { HandicapKind, HandicapSetting } from './handicap-kind.js';
import { Layers } from './layers.js';

/** In the container. */
const FILE = '/.failover-drill-clock';

/** The variables for a program whose clock can be set; `before` is what it is to preload besides. */
export function faketimeEnvironment(library: string, before: string | undefined): string[] {
  return [
    `LD_PRELOAD=${before ? `${library} ${before}` : library}`,
    `FAKETIME_TIMESTAMP_FILE=${FILE}`,
    'FAKETIME_NO_CACHE=1',
    'DONT_FAKE_MONOTONIC=1',
    'FAKETIME_DONT_FAKE_MONOTONIC=1',
  ];
}

export const skewedClock: HandicapKind = {
  capability: 'clock',
  create: (setting) => new SkewedClock(setting),
};

class SkewedClock implements Handicap<number> {
  readonly #layers = new Layers<number>();

  constructor(readonly setting: HandicapSetting) {}

  async put(node: string, fault: string, value: number): Promise<{ at: number }> {
    this.#layers.put(node, fault, value);
    return this.#write(node);
  }

  async lift(node: string, fault: string): Promise<{ at: number }> {
    return this.#layers.lift(node, fault) ? this.#write(node) : { at: this.setting.clock.now() };
  }

  async look(node: string, fault: string, pace?: Pace): Promise<HandicapSeen> {
    const wanted = this.#layers.expected(node, fault, pace) ?? 0;
    const expected = describe(wanted);
    const container = this.setting.node(node);
    if (!(await container.running())) return { ok: wanted === 0, expected, observed: 'no process any more' };
    const library = hasLibrary(container);
    if (library === false)
      return { ok: false, expected, observed: 'a process without libfaketime: is it linked statically?' };
    // Who has the library goes by its file; to start `date` in there takes a hundred times as long as to read that.
    if (pace === 'quick' && library && fileIn(container) === contentFor(wanted))
      return { ok: true, expected, observed: expected };
    const seen = await askDate(container.made, this.setting.clock);
    const ok = agrees(seen, wanted) && (wanted === 0 || !agrees(seen, 0));
    const off = seen.told - (seen.before + seen.after) / 2;
    const note = library ? [] : ['of its own process, by the word of `date` alone'];
    return { ok, expected, observed: [ok ? expected : describe(Math.round(off)), ...note].join('; ') };
  }

  /** A container that was made anew has no file yet. */
  async again(node: string): Promise<void> {
    if (this.#layers.top(node) !== undefined) await this.#write(node);
  }

  async #write(node: string): Promise<{ at: number }> {
    const content = Buffer.from(contentFor(this.#layers.top(node) ?? 0));
    await this.setting
      .node(node)
      .made.putArchive(tar([{ path: FILE, content }]), { path: '/' })
      .catch((error: unknown) => {
        throw new EnvironmentError(
          { where: `node ${node}`, expected: 'its clock to be set', found: refusalOf(error) },
          { cause: error },
        );
      });
    return { at: this.setting.clock.now() };
  }
}

/** What the library reads, for a clock that is off by so much. */
function contentFor(skew: number): string {
  return `${skew < 0 ? '' : '+'}${skew / 1000}\n`;
}

/** What is in the file in a container; undefined where there is none to be seen. */
function fileIn({ process }: Container): string | undefined {
  if (!process) return undefined;
  try {
    // A link in the image would lead out of the container.
    const file = openSync(join(`/proc/${process.pid}/root`, FILE), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return readFileSync(file, 'utf8');
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

/** Whether the container's own process has the library; undefined where it cannot be seen. */
function hasLibrary({ process }: Container): boolean | undefined {
  return process && readText(`/proc/${process.pid}/maps`)?.includes('libfaketime');
}

/** What `date` said, and the right time before and after it was asked, ms since 1970. */
interface Told {
  told: number;
  /** How exact the answer is, ms. */
  step: number;
  before: number;
  after: number;
}

/** Whether the answer is that of a clock which is off by so much. */
function agrees({ told, step, before, after }: Told, skew: number): boolean {
  return told + step >= before + skew && told <= after + skew;
}

async function askDate(container: Dockerode.Container, clock: Clock): Promise<Told> {
  const before = clock.wall().getTime();
  const said = await output(container, ['date', '+%s.%N']);
  const after = clock.wall().getTime() + 1;
  // Where there are no nanoseconds, there is something else or nothing after the dot.
  const [, seconds, digits = ''] = /^(\d+)\.?(\d{9})?/.exec(said) ?? [];
  if (seconds === undefined)
    throw new EnvironmentError({ expected: 'the time from `date`', found: `"${said}"` });
  const told = Number(seconds) * 1000 + Number(digits || 0) / 1e6;
  return { told, step: digits === '' ? 1000 : 1, before, after };
}

async function output(container: Dockerode.Container, command: string[]): Promise<string> {
  const started = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
  const stream = await started.start({});
  const text = new PassThrough();
  text.setEncoding('utf8');
  container.modem.demuxStream(stream, text, text);
  stream.once('end', () => text.end());
  stream.once('close', () => text.end());
  let said = '';
  for await (const part of text) said += part;
  return said.trim();
}

function describe(skew: number): string {
  return skew === 0 ? 'the right time' : `a clock off by ${formatSkew(skew)}`;
}
