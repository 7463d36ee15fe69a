/** Cuts what comes over a connection into lines. A line may be as long as a whole log. */
export class Lines {
  readonly #onLine: (line: string) => void;
  #begun: Buffer[] = [];

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  take(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...this.#begun, chunk.subarray(from, end)]);
      this.#begun = [];
      from = end + 1;
      this.#onLine(line.toString());
    }
    if (from < chunk.length) this.#begun.push(chunk.subarray(from));
  }
}
