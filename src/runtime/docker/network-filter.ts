/** The packet filter of one container's network, entered from this machine. */
import type { Clock } from '../../clock.js';
import { EnvironmentError, messageOf } from '../../errors.js';
import type { PacketFilter } from '../links/edges.js';
import { type ProcessIdentity, stateOf } from '../os-process.js';
import { PacketShell } from './packet-shell.js';

export interface NetworkFilterSetting {
  /** Whose network it is, for error texts. */
  node: string;
  address: string;
  mac: string;
  /** A process in it. */
  process: ProcessIdentity;
  /** Of the programs that are started: the run's label is in it. */
  environment: Readonly<Record<string, string>>;
  clock: Clock;
}

export class NetworkFilter implements PacketFilter {
  readonly address: string;
  readonly mac: string;
  readonly #setting: NetworkFilterSetting;
  readonly #shell: PacketShell;

  constructor(setting: NetworkFilterSetting) {
    this.#setting = setting;
    this.address = setting.address;
    this.mac = setting.mac;
    this.#shell = new PacketShell(setting.process.pid, setting.environment, setting.clock);
  }

  load(rules: string): Promise<void> {
    return this.#done('its rules to be taken', () => this.#shell.load(rules));
  }

  dump(): Promise<string> {
    return this.#done('its rules to be told', () => this.#shell.dump());
  }

  close(): void {
    this.#shell.kill();
  }

  async #done<Result>(expected: string, work: () => Promise<Result>): Promise<Result> {
    const { node, process } = this.#setting;
    const where = `the packet filter of ${node}`;
    // The network would be there for as long as the shell is in it, and filter nothing.
    if (stateOf(process) === 'gone')
      throw new EnvironmentError({ where, expected, found: 'that its network is gone' });
    try {
      return await work();
    } catch (error) {
      throw new EnvironmentError({ where, expected, found: messageOf(error) }, { cause: error });
    }
  }
}
