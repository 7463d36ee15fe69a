/**
 * The packet filter of one container's network, entered from this machine:
 *
 *     nsenter --net=/proc/<its first process>/ns/net iptables-restore --noflush < rules
 */
import type { Clock, Timer } from '../../clock.js';
import { EnvironmentError, messageOf } from '../../errors.js';
import type { PacketFilter } from '../edges.js';
import { type ProcessIdentity, stateOf } from '../os-process.js';
import { PacketTool } from './packet-tools.js';

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

// Other programs of this machine may be at their own rules: their turn is waited for.
const LOAD = ['iptables-restore', '--noflush', '--wait', '5'];
const DUMP = ['iptables-save', '-c', '-t', 'filter'];
/** How long after a change the next one is prepared for, ms: at once, that would delay what the change is made for. */
const PREPARE_AFTER = 250;

export class NetworkFilter implements PacketFilter {
  readonly address: string;
  readonly mac: string;
  readonly #setting: NetworkFilterSetting;
  /** Started before it is needed, since a start takes several times as long as a change. */
  #ready: PacketTool | undefined;
  #preparing: Timer | undefined;
  #closed = false;

  constructor(setting: NetworkFilterSetting) {
    this.#setting = setting;
    this.address = setting.address;
    this.mac = setting.mac;
  }

  async load(rules: string): Promise<void> {
    const ready = this.#ready;
    this.#ready = undefined;
    await this.#finish('its rules to be taken', ready?.waits ? ready : this.#start(LOAD), rules);
    this.#preparing?.cancel();
    this.#preparing = this.#setting.clock.timer(PREPARE_AFTER, () => this.#prepare());
  }

  dump(): Promise<string> {
    return this.#finish('its rules to be told', this.#start(DUMP), '');
  }

  /** Ends what was prepared. */
  close(): void {
    this.#closed = true;
    this.#preparing?.cancel();
    this.#ready?.kill();
  }

  #prepare(): void {
    if (!this.#closed && !this.#ready) this.#ready = this.#start(LOAD);
  }

  #start(command: readonly string[]): PacketTool | undefined {
    const { process, environment } = this.#setting;
    // The number of a process that has ended may be another's by now, in another network.
    if (stateOf(process) === 'gone') return undefined;
    return new PacketTool(['nsenter', `--net=/proc/${process.pid}/ns/net`, ...command], environment);
  }

  async #finish(expected: string, tool: PacketTool | undefined, input: string): Promise<string> {
    const { node, clock } = this.#setting;
    const where = `the packet filter of ${node}`;
    if (!tool) throw new EnvironmentError({ where, expected, found: 'that its network is gone' });
    try {
      return await tool.finish(input, clock);
    } catch (error) {
      throw new EnvironmentError({ where, expected, found: messageOf(error) }, { cause: error });
    }
  }
}
