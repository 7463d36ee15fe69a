/** What is begun in the same turn of the loop ends together: none goes on before the others are as far. */
export class Together {
  #begun: Promise<void>[] | undefined;

  /** Resolves when all are done, however they ended; rejects where this one did not succeed. */
  async join(work: () => Promise<void>): Promise<void> {
    this.#begun ??= this.#begin();
    const together = this.#begun;
    const own = work();
    together.push(own);
    await own;
    await Promise.allSettled(together);
  }

  #begin(): Promise<void>[] {
    queueMicrotask(() => {
      this.#begun = undefined;
    });
    return [];
  }
}
