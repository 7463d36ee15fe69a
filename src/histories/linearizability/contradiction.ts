/** A contradiction among the operations of a key, thrown from where it is found. */
export class Contradiction extends Error {
  constructor(
    readonly rows: number[],
    readonly reason: string,
  ) {
    super(reason);
  }
}
