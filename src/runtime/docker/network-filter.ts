/**
 * The packet filter of one container's network, entered from this machine:
 *
 *     nsenter --net=/proc/<its first process>/ns/net iptables-restore --noflush < rules
 */
import type { Clock } from '../../clock.js';
import { EnvironmentError, messageOf } from '../../errors.js';
import { type ProcessIdentity, stateOf } from '../os-process.js';
import type { PacketFilter } from '../runtime.js';
import { runTool } from './packet-tools.js';

export interface NetworkFilterSetting {
  /** Whose network it is, for error texts. */
  node: string;
  address: string;
  mac: string;
  /** A process in it. */
  process: ProcessIdentity;
  environment: Readonly<Record<string, string | undefined>>;
  clock: Clock;
}

export class NetworkFilter implements PacketFilter {
  readonly address: string;
  readonly mac: string;
  readonly #setting: NetworkFilterSetting;

  constructor(setting: NetworkFilterSetting) {
    this.#setting = setting;
    this.address = setting.address;
    this.mac = setting.mac;
  }

  async load(rules: string): Promise<void> {
    // Other programs of this machine may be at their own rules: their turn is waited for.
    await this.#enter('its rules to be taken', ['iptables-restore', '--noflush', '--wait', '5'], rules);
  }

  dump(): Promise<string> {
    return this.#enter('its rules to be told', ['iptables-save', '-c', '-t', 'filter'], '');
  }

  async #enter(expected: string, command: readonly string[], input: string): Promise<string> {
    const { node, process, environment, clock } = this.#setting;
    const where = `the packet filter of ${node}`;
    // The number of a process that has ended may be another's by now, in another network.
    if (stateOf(process) === 'gone') throw new EnvironmentError({ where, expected, found: 'no network' });
    try {
      const network = `--net=/proc/${process.pid}/ns/net`;
      return await runTool(['nsenter', network, ...command], input, environment, clock);
    } catch (error) {
      throw new EnvironmentError({ where, expected, found: messageOf(error) }, { cause: error });
    }
  }
}
