/**
 * The disk of a simulated node over all its lives: what a sync has taken stays, whatever happens; what was only written is
 * kept by the operating system, and gone with the power. What is handed over while a sync is under way goes with the next.
 */
import type { Clock } from '../../clock.js';
import type { Random } from '../../random.js';
import type { DiskRecord } from '../../reference/effect.js';
import type { Disk } from '../../reference/shell.js';
import type { Life } from './life.js';

/** How long a sync takes, and a write that is not synced, ms. */
const FASTEST = 0.2;
const SLOWEST = 1;
const WRITE = 0.05;

export class SimDisk {
  readonly #clock: Clock;
  readonly #random: Random;
  /** As text, so that nothing that a node does to a record later changes what is kept. */
  readonly #kept: string[] = [];
  #written: string[] = [];

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** `fsync`: whether `synced` is told once what was written is kept, or as soon as it is written. */
  open(life: Life, synced: (sequence: number) => void, fsync: boolean): Disk {
    let last = 0;
    let isBusy = false;
    const sync = () => {
      isBusy = true;
      const [count, sequence] = [this.#written.length, last];
      const ms = fsync ? FASTEST + this.#random.next() * (SLOWEST - FASTEST) : WRITE;
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
    this.#written = [];
  }
}
