/**
 * Limits that the engine keeps of a container and can change while it runs: processor time and memory. They stay over
 * restarts. What the kernel makes of them is read from the container's control group, where that can be seen.
 */
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { formatSize } from '../../../drill/units.js';
import { EnvironmentError } from '../../../errors.js';
import { type Part, type Span, spanned } from '../../../span.js';
import { describeShare, type Handicap, type HandicapSeen, type Pace } from '../../handicap.js';
import type { Container } from '../container.js';
import { refusalOf } from '../engine.js';
import { type Controller, cgroupOf, readText } from './cgroup.js';
import type { HandicapKind, HandicapSetting } from './handicap-kind.js';
import { Layers } from './layers.js';

/** How a kind of limit is told to the engine, and read. Infinity is no limit. */
interface LimitKind {
  controller: Controller;
  /** What to ask of the engine; `before` is the container as it was made. */
  change(value: number | undefined, before: Dockerode.HostConfig): object;
  /** By the engine's word. */
  ofEngine(now: Dockerode.HostConfig): number;
  /** By the control group's files; undefined where they do not say. */
  ofKernel(read: (file: string) => string | undefined, version: 1 | 2): number | undefined;
  /** What else the control group says, in words. */
  note?(read: (file: string) => string | undefined, version: 1 | 2): string | undefined;
  describe(value: number): string;
}

const PERIOD = 100_000;
const NANO = 1e9;

const CPU: LimitKind = {
  controller: 'cpu',
  // The engine takes no quota where it was given a number of processors, nor the other way about.
  change: (value, { NanoCpus: made = 0 }) =>
    made > 0
      ? { NanoCpus: value === undefined ? made : Math.round(value * NANO) }
      : { CpuPeriod: PERIOD, CpuQuota: value === undefined ? -1 : Math.round(value * PERIOD) },
  ofEngine({ NanoCpus = 0, CpuQuota = 0, CpuPeriod = 0 }) {
    if (NanoCpus > 0) return NanoCpus / NANO;
    return CpuQuota > 0 ? CpuQuota / (CpuPeriod || PERIOD) : Number.POSITIVE_INFINITY;
  },
  ofKernel(read, version) {
    const text =
      version === 1 ? `${read('cpu.cfs_quota_us')?.trim()} ${read('cpu.cfs_period_us')}` : read('cpu.max');
    const [, quota = '', period = ''] = /^(max|-?\d+) (\d+)/.exec(text ?? '') ?? [];
    if (quota === '') return undefined;
    return quota === 'max' || quota === '-1' ? Number.POSITIVE_INFINITY : Number(quota) / Number(period);
  },
  note(read) {
    const [, times] = /^nr_throttled (\d+)/m.exec(read('cpu.stat') ?? '') ?? [];
    return times === undefined ? undefined : `held back ${times} times`;
  },
  describe: describeShare,
};

/** The engine has no word for unlimited memory where there was a limit; nobody has more than this. */
const ALL = 2 ** 62;
/** Above it, a figure of the kernel's is its way to say unlimited. */
const UNLIMITED = 2 ** 60;

const MEMORY: LimitKind = {
  controller: 'memory',
  // Without swap, or the node would only get slow.
  change(value, { Memory: made = 0, MemorySwap: madeSwap = 0 }) {
    if (value !== undefined) return { Memory: value, MemorySwap: value };
    if (made === 0) return { Memory: ALL, MemorySwap: ALL + ALL / 2 };
    return { Memory: made, MemorySwap: madeSwap > 0 ? madeSwap : 2 * made };
  },
  ofEngine: ({ Memory = 0 }) => unlimited(Memory || UNLIMITED),
  ofKernel(read, version) {
    const text = read(version === 1 ? 'memory.limit_in_bytes' : 'memory.max')?.trim();
    if (text === undefined) return undefined;
    return text === 'max' ? Number.POSITIVE_INFINITY : unlimited(Number(text));
  },
  note(read, version) {
    const used = read(version === 1 ? 'memory.usage_in_bytes' : 'memory.current')?.trim();
    return used === undefined ? undefined : `${(Number(used) / 1024 ** 2).toFixed(1)} MiB in use`;
  },
  describe: formatSize,
};

export const cpu: HandicapKind = {
  capability: 'cpu',
  create: (setting) => new EngineLimit(CPU, setting),
  lackOfEngine: ({ CpuCfsQuota }) =>
    CpuCfsQuota === false ? 'a kernel without quotas of processor time' : undefined,
};

export const memory: HandicapKind = {
  capability: 'memory',
  create: (setting) => new EngineLimit(MEMORY, setting),
  lackOfEngine: ({ MemoryLimit }) =>
    MemoryLimit === false ? 'a kernel without limits of memory' : undefined,
};

function unlimited(bytes: number): number {
  return bytes >= UNLIMITED ? Number.POSITIVE_INFINITY : bytes;
}

class EngineLimit implements Handicap<number> {
  readonly #layers = new Layers<number>();
  /** The containers as they were made. */
  readonly #before = new Map<string, Dockerode.HostConfig>();

  constructor(
    readonly kind: LimitKind,
    readonly setting: HandicapSetting,
  ) {}

  async put(node: string, fault: string, value: number): Promise<Span> {
    if (!(await this.setting.node(node).running()))
      throw new EnvironmentError({ where: `node ${node}`, expected: 'a running process', found: 'none' });
    this.#layers.put(node, fault, value);
    return this.#change(node);
  }

  async lift(node: string, fault: string): Promise<Part> {
    return this.#layers.lift(node, fault) ? this.#change(node) : { at: this.setting.clock.now() };
  }

  async look(node: string, fault: string, pace?: Pace): Promise<HandicapSeen> {
    const before = this.#before.get(node);
    const wanted =
      this.#layers.expected(node, fault, pace) ??
      (before ? this.kind.ofEngine(before) : Number.POSITIVE_INFINITY);
    const container = this.setting.node(node);
    const { HostConfig } = await container.made.inspect();
    const engine = this.kind.ofEngine(HostConfig);
    const kernel = this.#kernel(container);
    const seen = [
      this.#describe(kernel?.value ?? engine),
      ...(kernel?.note === undefined ? [] : [kernel.note]),
      ...(kernel ? [] : ["by the engine's word alone"]),
    ];
    return {
      ok: isNear(engine, wanted) && (!kernel || isNear(kernel.value, wanted)),
      expected: this.#describe(wanted),
      observed: seen.join('; '),
    };
  }

  async #change(node: string): Promise<Span> {
    const { made } = this.setting.node(node);
    const before = this.#before.get(node) ?? (await made.inspect()).HostConfig;
    this.#before.set(node, before);
    try {
      return await spanned(this.setting.clock, () =>
        made.update(this.kind.change(this.#layers.top(node), before)),
      );
    } catch (error) {
      throw new EnvironmentError(
        {
          where: `node ${node}`,
          expected: `its ${this.kind.controller} to be ${this.#describe(this.#layers.top(node) ?? this.kind.ofEngine(before))}`,
          found: refusalOf(error),
        },
        { cause: error },
      );
    }
  }

  #kernel({ process }: Container): { value: number; note: string | undefined } | undefined {
    const group = process && cgroupOf(process.pid, this.kind.controller);
    if (!group) return undefined;
    const read = (file: string) => readText(join(group.folder, file));
    const value = this.kind.ofKernel(read, group.version);
    return value === undefined ? undefined : { value, note: this.kind.note?.(read, group.version) };
  }

  #describe(value: number): string {
    return value === Number.POSITIVE_INFINITY ? 'unlimited' : this.kind.describe(value);
  }
}

/** Kernels count memory in pages, and time in microseconds. */
function isNear(one: number, other: number): boolean {
  return one === other || Math.abs(one - other) <= other * 0.001;
}
