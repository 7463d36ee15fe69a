/**
 * The disk of a simulated node over all its lives: what a sync has taken stays; what was written and not synced yet when
 * the node ended is gone. What is handed over while a sync is under way goes with the next one.
 */
import type { Clock } from '../../clock.js';
import type { Random } from '../../random.js';
import type { DiskRecord } from '../../reference/effect.js';
import type { Disk } from '../../reference/shell.js';
import type { Life } from './life.js';

/** How long a sync takes, ms. */
const FASTEST = 0.2;
const SLOWEST = 1;

export class SimDisk {
  readonly #clock: Clock;
  readonly #random: Random;
  /** As text, so that nothing that a node does to a record later changes what is kept. */
  readonly #kept: string[] = [];

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  open(life: Life, synced: (sequence: number) => void): Disk {
    let waiting: string[] = [];
    let last = 0;
    let isBusy = false;
    const sync = () => {
      isBusy = true;
      const [batch, sequence] = [waiting, last];
      waiting = [];
      this.#clock.timer(FASTEST + this.#random.next() * (SLOWEST - FASTEST), () => {
        if (!life.isAlive) return;
        this.#kept.push(...batch);
        life.run(() => {
          isBusy = false;
          synced(sequence);
          if (!isBusy && waiting.length > 0) sync();
        });
      });
    };
    return {
      records: this.#kept.map((line) => JSON.parse(line) as DiskRecord),
      append(sequence, records) {
        for (const record of records) waiting.push(JSON.stringify(record));
        last = sequence;
        if (!isBusy) sync();
      },
    };
  }
}
