/** What is to happen when, in virtual time: a binary heap, in order of time and then of entry. */

interface Item {
  time: number;
  order: number;
  action: () => void;
}

export class Agenda {
  readonly #heap: Item[] = [];
  #order = 0;
  #now = 0;

  get now(): number {
    return this.#now;
  }

  at(time: number, action: () => void): void {
    const item = { time: Math.max(time, this.#now), order: this.#order++, action };
    let index = this.#heap.length;
    this.#heap.push(item);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(item, this.#heap[parent] as Item)) break;
      this.#heap[index] = this.#heap[parent] as Item;
      index = parent;
    }
    this.#heap[index] = item;
  }

  /** Does everything up to `end`, unless `stop` says so before. */
  run(end: number, stop: () => boolean): void {
    while (!stop()) {
      const first = this.#heap[0];
      if (!first || first.time > end) break;
      this.#take();
      this.#now = first.time;
      first.action();
    }
    this.#now = Math.max(this.#now, end);
  }

  #take(): void {
    const last = this.#heap.pop() as Item;
    const { length } = this.#heap;
    if (length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= length) break;
      if (child + 1 < length && before(this.#heap[child + 1] as Item, this.#heap[child] as Item)) child++;
      if (!before(this.#heap[child] as Item, last)) break;
      this.#heap[index] = this.#heap[child] as Item;
      index = child;
    }
    this.#heap[index] = last;
  }
}

function before(one: Item, other: Item): boolean {
  return one.time < other.time || (one.time === other.time && one.order < other.order);
}
