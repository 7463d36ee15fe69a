/** Rows that contradict each other by themselves; returned, or thrown from where it is found. */
export class Contradiction {
  constructor(
    readonly rows: number[],
    readonly reason: string,
  ) {}
}
