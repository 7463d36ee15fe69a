/**
 * The disk of a simulated node over all its lives: what a sync has taken stays, whatever happens; what was only written is
 * kept by the operating system, and gone with the power. What is handed over while a sync is under way goes with the next.
 */
import type { Clock } from '../../clock.js';
import { integer, type Random } from '../../random.js';
import type { DiskRecord } from '../../reference/effect.js';
import type { Disk } from '../../reference/shell.js';
import type { Life } from './life.js';
import { CALM, type Nature } from './nature.js';

/** How long a write takes that is not synced, ms. */
const WRITE = 0.05;

export class SimDisk {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #nature: Nature['disks'];
  readonly #slowest: number;
  /** As text, so that nothing that a node does to a record later changes what is kept. */
  readonly #kept: string[] = [];
  #written: string[] = [];

  constructor(clock: Clock, random: Random, nature = CALM.disks) {
    this.#clock = clock;
    this.#random = random;
    this.#nature = nature;
    const { fastest, slowest, uneven } = nature;
    this.#slowest = uneven ? fastest + random.next() * (slowest - fastest) : slowest;
  }

  /** `fsync`: whether `synced` is told once what was written is kept, or as soon as it is written. */
  open(life: Life, synced: (sequence: number) => void, fsync: boolean): Disk {
    let last = 0;
    let isBusy = false;
    const sync = () => {
      isBusy = true;
      const [count, sequence] = [this.#written.length, last];
      const ms = fsync ? this.#syncTakes() : WRITE;
      this.#clock.timer(ms, () => {
        if (!life.isAlive) return;
        if (fsync) this.#kept.push(...this.#written.splice(0, count));
        life.run(() => {
          isBusy = false;
          synced(sequence);
          if (!isBusy && last > sequence) sync();
        });
      });
    };
    return {
      records: [...this.#kept, ...this.#written].map((line) => JSON.parse(line) as DiskRecord),
      append: (sequence, records) => {
        this.#written.push(...records.map((record) => JSON.stringify(record)));
        last = sequence;
        if (!isBusy) sync();
      },
    };
  }

  /** How much would be lost with the power, records. */
  get unsynced(): number {
    return this.#written.length;
  }

  losePower(): void {
    const { keepSome } = this.#nature;
    if (keepSome) this.#kept.push(...this.#written.slice(0, integer(this.#random, 0, this.#written.length)));
    this.#written = [];
  }

  /** It is another one, with the oldest of what was on it: `share` of 1. */
  replace(share: number): void {
    this.#written = [];
    this.#kept.length = Math.floor(this.#kept.length * share);
  }

  #syncTakes(): number {
    const { fastest, stalls, stall } = this.#nature;
    const slowest = stalls > 0 && this.#random.next() < stalls ? stall : this.#slowest;
    return fastest + this.#random.next() * (slowest - fastest);
  }
}
