/**
 * Containers whose disk is slow: the engine can throttle only what it has yet to make, so the limits are written into
 * the container's control group. They are for the disk that the engine keeps containers and volumes on, and for every
 * process in the group; a restart makes a new group, which gets them again.
 *
 * The witness reads them back, and has a process of ours in that group write or read for a moment.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { within } from '../../../clock.js';
import { EnvironmentError, InternalError, messageOf } from '../../../errors.js';
import { entry } from '../../entry.js';
import type { Handicap, HandicapSeen, Pace } from '../../handicap.js';
import { describeThrottle, THROTTLES, type Throttle } from '../../throttle.js';
import { BLOCK, CHUNK, type Gauge } from '../gauge/gauge.js';
import { type Cgroup, cgroupOf, readText } from './cgroup.js';
import type { HandicapKind, HandicapSetting } from './handicap-kind.js';
import { Layers } from './layers.js';

type Limit = (typeof THROTTLES)[number];

/** The file of each limit in version 1, and its word in version 2's `io.max`. */
const FILES: Readonly<Record<Limit, string>> = {
  read: 'blkio.throttle.read_bps_device',
  write: 'blkio.throttle.write_bps_device',
  read_ops: 'blkio.throttle.read_iops_device',
  write_ops: 'blkio.throttle.write_iops_device',
};
const WORDS: Readonly<Record<Limit, string>> = {
  read: 'rbps',
  write: 'wbps',
  read_ops: 'riops',
  write_ops: 'wiops',
};

/** For how long a limit should hold the gauge up, and what it has to be for it to count as held up, ms. */
const TIMED = 600;
const LEAST = 150;
/** The most that is written or read for that, bytes. */
const MOST = 8 * 1024 ** 2;
/** How long the gauge may take at the slowest limit that there can be, on a disk that others use too, ms. */
const PATIENCE = 60_000;

/** The limits of a control group's disk, as its kernel has them. */
export function throttleOf({ version, folder }: Cgroup, device: string): Throttle {
  const text = (file: string) => readText(join(folder, file)) ?? '';
  const own = (lines: string) => lines.split('\n').find((line) => line.startsWith(`${device} `)) ?? '';
  const limits = THROTTLES.flatMap((name) => {
    const found =
      version === 1
        ? / (\d+)$/.exec(own(text(FILES[name])))?.[1]
        : new RegExp(` ${WORDS[name]}=(\\d+)`).exec(own(text('io.max')))?.[1];
    return found === undefined ? [] : [[name, Number(found)] as const];
  });
  return Object.fromEntries(limits);
}

/** Sets all limits of a control group's disk; those that are left out are lifted. */
export function throttle({ version, folder }: Cgroup, device: string, limits: Throttle): void {
  if (version === 1) {
    for (const name of THROTTLES) writeFileSync(join(folder, FILES[name]), `${device} ${limits[name] ?? 0}`);
  } else {
    const words = THROTTLES.map((name) => `${WORDS[name]}=${limits[name] ?? 'max'}`);
    writeFileSync(join(folder, 'io.max'), `${device} ${words.join(' ')}`);
  }
}

export const slowDisk: HandicapKind = {
  capability: 'slow_disk',
  create: (setting) => new SlowDisk(setting),
  lackOn: async ({ pid }, device) => lackOfThrottle(pid, device ?? ''),
  needsDevice: true,
};

class SlowDisk implements Handicap<Throttle> {
  readonly #layers = new Layers<Throttle>();
  #gauged = 0;

  constructor(readonly setting: HandicapSetting) {}

  async put(node: string, fault: string, value: Throttle): Promise<{ at: number }> {
    this.#layers.put(node, fault, value);
    if (!this.again(node))
      throw new EnvironmentError({ where: `node ${node}`, expected: 'a running process', found: 'none' });
    return { at: this.setting.clock.now() };
  }

  async lift(node: string, fault: string): Promise<{ at: number }> {
    this.#layers.lift(node, fault);
    this.#write(node);
    return { at: this.setting.clock.now() };
  }

  async look(node: string, fault: string, pace: Pace = 'thorough'): Promise<HandicapSeen> {
    const wanted = this.#layers.expected(node, fault, pace) ?? {};
    const expected = describeThrottle(wanted);
    const group = this.#group(node);
    if (!group) return { ok: expected === describeThrottle({}), expected, observed: 'no process any more' };
    const observed = describeThrottle(throttleOf(group, this.#device));
    if (observed !== expected || pace === 'quick' || this.#layers.own(node, fault) === undefined)
      return { ok: observed === expected, expected, observed };
    const { ok, text } = await this.#timed(node, group, wanted);
    return { ok, expected, observed: `${observed}; ${text}` };
  }

  /** Puts on a container that was started again what it had before; false where it does not run. */
  again(node: string): boolean {
    return this.#layers.top(node) === undefined || this.#write(node);
  }

  #write(node: string): boolean {
    const group = this.#group(node);
    if (group) throttle(group, this.#device, this.#layers.top(node) ?? {});
    return group !== undefined;
  }

  #group(node: string): Cgroup | undefined {
    const { process } = this.setting.node(node);
    return process && cgroupOf(process.pid, 'io');
  }

  get #device(): string {
    const { device } = this.setting;
    if (device === undefined)
      throw new InternalError({ expected: 'a layout that asks for `slow_disk`', found: 'one that does not' });
    return device;
  }

  /** What the disk gives a member of the group. Limits that are too high to be noticed are not timed. */
  async #timed(node: string, group: Cgroup, limits: Throttle): Promise<{ ok: boolean; text: string }> {
    const amounts = amountsFor(limits);
    if (Object.keys(amounts).length === 0) return { ok: true, text: "by the kernel's word alone" };
    const { process } = this.setting.node(node);
    const count = ++this.#gauged;
    const took = await this.#gauge(`gauge-${node}-${count}`, {
      ...amounts,
      join: join(group.folder, 'cgroup.procs'),
      file: `/proc/${process?.pid}/root/.failover-drill-gauge-${count}`,
    });
    const figures = Object.entries(took) as [Limit, number][];
    const text = figures.map(([name, ms]) => `${described(name, amounts[name])} took ${ms.toFixed(0)} ms`);
    return { ok: figures.every(([, ms]) => ms >= LEAST), text: text.join(', ') };
  }

  async #gauge(name: string, gauge: Gauge): Promise<Throttle> {
    const { clock, hosts } = this.setting;
    let tell: (line: string) => void = () => {};
    const told = new Promise<string>((resolve) => {
      tell = resolve;
    });
    const command = [process.execPath, entry('runtime/docker/gauge/process.js'), JSON.stringify(gauge)];
    const helper = await hosts.host(name, { command }, tell);
    try {
      const line = await within(clock, PATIENCE, 'the time that the disk takes', () => told);
      const { failure, ...took } = JSON.parse(line) as Throttle & { failure?: string };
      if (failure !== undefined) throw new EnvironmentError({ expected: 'to time the disk', found: failure });
      return took;
    } finally {
      await helper.stop();
    }
  }
}

/**
 * So much of each that its limit holds it up for a noticeable time. Left out is what would be too much for that, and
 * what the limit of the other kind holds up more: that one is timed then.
 */
export function amountsFor(limits: Throttle): Throttle {
  const amounts = THROTTLES.flatMap((name) => {
    const limit = limits[name];
    if (limit === undefined) return [];
    const direction = name.startsWith('read') ? 'read' : 'write';
    const isCount = name !== direction;
    const { [direction]: bytes = Infinity, [`${direction}_ops` as const]: operations = Infinity } = limits;
    if (isCount ? bytes < operations * BLOCK : operations * CHUNK < bytes) return [];
    const wanted = (limit * TIMED) / 1000;
    // The first one passes freely.
    const blocks = Math.ceil(isCount ? wanted : wanted / BLOCK) + 1;
    return blocks * BLOCK > MOST ? [] : [[name, isCount ? blocks : blocks * BLOCK] as const];
  });
  return Object.fromEntries(amounts);
}

function described(name: Limit, amount = 0): string {
  return name.endsWith('_ops') ? `${amount} ${name}` : `${name} of ${amount} bytes`;
}

/** Why the limits of a control group cannot be set from here; undefined where they can. */
export function lackOfThrottle(pid: number, device: string): string | undefined {
  const group = cgroupOf(pid, 'io');
  if (!group) return 'no control group for the disk in sight';
  try {
    const limits = { write: 1024 ** 3 };
    throttle(group, device, limits);
    const seen = describeThrottle(throttleOf(group, device));
    return seen === describeThrottle(limits) ? undefined : `limits that do not stay (${seen})`;
  } catch (error) {
    return messageOf(error);
  }
}
