/**
 * One container at a time joins or leaves a network. An engine that does several at once on one network may lose one of
 * the changes to the number of the network's endpoints, which it keeps beside the endpoints themselves; it then refuses
 * to remove the network until it is started again (moby/moby#42119).
 */
export class NetworkTurns {
  readonly #last = new Map<string, Promise<void>>();
  readonly #joining = new Map<string, () => void>();

  /** Starts a container of these networks when its turn has come on all of them. */
  async join<Result>(
    container: string,
    networks: readonly string[],
    start: () => Promise<Result>,
  ): Promise<Result> {
    // All are taken in one turn of the loop, so that nobody waits for one who waits for them.
    const turns = networks.map((network) => ({ key: keyOf(network, container), ...this.#take(network) }));
    try {
      await Promise.all(turns.map(({ come }) => come));
      for (const { key, end } of turns) this.#joining.set(key, end);
      return await start();
    } finally {
      for (const { key, end } of turns) {
        end();
        this.#joining.delete(key);
      }
    }
  }

  /** The engine tells that a container has joined: the next one need not wait for its program to start. */
  joined(container: string, network: string): void {
    this.#joining.get(keyOf(network, container))?.();
  }

  /** Does what makes a container leave a network when its turn has come. */
  async leave(network: string, work: () => Promise<unknown>): Promise<void> {
    const { come, end } = this.#take(network);
    try {
      await come;
      await work();
    } finally {
      end();
    }
  }

  #take(network: string): { come: Promise<void>; end: () => void } {
    const come = this.#last.get(network) ?? Promise.resolve();
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#last.set(
      network,
      come.then(() => ended),
    );
    return { come, end };
  }
}

function keyOf(network: string, container: string): string {
  return `${network} ${container}`;
}
