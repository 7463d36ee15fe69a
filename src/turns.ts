/** Works that are done one at a time, in the order in which they were asked for, so that none can overtake another. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Does a work when those before it have ended; one that failed, of which its caller was told, stops none after it. */
  next<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
