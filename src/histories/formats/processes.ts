import { getOrMake } from '../get-or-make.js';

/**
 * Processes by number. Usual ones (whole numbers from 0, below 2^31) are their own; others, which have a name or a
 * larger number, are -1, -2, ... in the order of their coming.
 */
export class Processes {
  /** Those that are not their own numbers: -1 is the first of them. */
  readonly odd: (number | string)[] = [];
  readonly #numbers = new Map<number | string, number>();

  numberOf(process: number | string): number {
    // The bits of a usual one are all of it.
    if (typeof process === 'number' && (process | 0) === process && process >= 0) return process;
    return getOrMake(this.#numbers, process, () => -this.odd.push(process));
  }

  nameOf(number: number): number | string {
    return number < 0 ? this.odd[-1 - number]! : number;
  }
}
