/** The starts of a container: it joins its networks in its turn, and not any more once the run is taken down. */
import type Dockerode from 'dockerode';
import type { Clock } from '../../clock.js';
import { EnvironmentError } from '../../errors.js';
import { comesWithin } from './comes.js';
import type { NetworkTurns } from './network-turns.js';

export interface ContainerStartsSetting {
  clock: Clock;
  docker: Dockerode;
  turns: NetworkTurns;
}

/** How long a start that is under way is waited for when the run is taken down, ms. */
const PATIENCE = 10_000;

export class ContainerStarts {
  readonly #setting: ContainerStartsSetting;
  #networks: string[] = [];
  #starting: Promise<void> | undefined;
  #isOver = false;

  constructor(setting: ContainerStartsSetting) {
    this.#setting = setting;
  }

  /** What is started next was made of these options. */
  made({ HostConfig: { NetworkMode = 'none' } = {} }: Dockerode.ContainerCreateOptions): void {
    // In another container's network it joins none itself.
    this.#networks = NetworkMode === 'none' || NetworkMode.startsWith('container:') ? [] : [NetworkMode];
  }

  /** It joins one more network, from its next start on. */
  async connect(
    container: Dockerode.Container,
    network: string,
    endpoint: Dockerode.EndpointSettings,
  ): Promise<void> {
    await this.#setting.docker
      .getNetwork(network)
      .connect({ Container: container.id, EndpointConfig: endpoint });
    this.#networks.push(network);
  }

  start(container: Dockerode.Container): Promise<void> {
    this.#starting = this.#setting.turns.join(container.id, this.#networks, async () => {
      if (this.#isOver) throw new EnvironmentError('the run is being taken down');
      await container.start();
    });
    return this.#starting;
  }

  /** Resolves when what is being started has joined its networks: it would do so while others leave them. */
  async noMore(): Promise<void> {
    this.#isOver = true;
    const ended = this.#starting?.catch(() => undefined);
    if (ended) await comesWithin(this.#setting.clock, PATIENCE, ended);
  }
}
