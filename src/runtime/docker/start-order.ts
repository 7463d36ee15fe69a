/** Who must have started, be healthy, or have done its work, before a node is started the first time (`depends_on`). */
import type { ContainerSpec } from '../../drill/container.js';
import { EnvironmentError, messageOf } from '../../errors.js';

type Condition = NonNullable<ContainerSpec['depends_on']>[string]['condition'];

interface Reached {
  promise: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

export class StartOrder {
  readonly #containers: Readonly<Record<string, ContainerSpec>>;
  readonly #reached = new Map<string, Reached>();

  constructor(containers: Readonly<Record<string, ContainerSpec>>) {
    this.#containers = containers;
  }

  /** Whether somebody waits for the node to get there. */
  demands(node: string, condition: Condition): boolean {
    return Object.values(this.#containers).some(
      ({ depends_on }) => depends_on?.[node]?.condition === condition,
    );
  }

  /** The node is where others may wait for it. */
  reached(node: string, condition: Condition): void {
    this.#of(node, condition).resolve();
  }

  /** The node will not get there. Nothing is done where it has got there already. */
  failed(node: string, error: unknown): void {
    for (const condition of ['service_started', 'service_healthy', 'service_completed_successfully'] as const)
      this.#of(node, condition).reject(error);
  }

  /** What the node has to wait for; undefined where that is nothing. Rejects where it will never be. */
  before(node: string): Promise<void> | undefined {
    const needed = Object.entries(this.#containers[node]?.depends_on ?? {});
    if (needed.length === 0) return undefined;
    return Promise.all(
      needed.map(([other, { condition }]) =>
        this.#of(other, condition).promise.catch((error: unknown) => {
          throw new EnvironmentError(
            { where: `node ${node}`, expected: `${other} before it`, found: messageOf(error) },
            { cause: error },
          );
        }),
      ),
    ).then(() => undefined);
  }

  #of(node: string, condition: Condition): Reached {
    const key = `${node} ${condition}`;
    let reached = this.#reached.get(key);
    if (!reached) {
      let [resolve, reject]: [Reached['resolve'], Reached['reject']] = [() => {}, () => {}];
      const promise = new Promise<void>((...settle) => {
        [resolve, reject] = settle;
      });
      // Where nobody waits, whoever started the node is told all the same.
      promise.catch(() => undefined);
      reached = { promise, resolve, reject };
      this.#reached.set(key, reached);
    }
    return reached;
  }
}
