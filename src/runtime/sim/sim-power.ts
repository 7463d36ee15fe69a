/** The virtual power device: answers as the one of runtime/power.ts does, to whoever has a link to it. */
import { type Clock, sleep } from '../../clock.js';
import type { Asked, Connection, Host } from './connection.js';

export interface SimPowerSetting {
  clock: Clock;
  /** Whom it can turn off. */
  nodes: readonly string[];
  /** Milliseconds from an order to its execution. */
  delay: number;
  isRunning(node: string): boolean;
  turnOff(node: string): void;
}

export class SimPower implements Host {
  readonly isRunning = true;
  readonly #setting: SimPowerSetting;
  #isClosed = false;

  constructor(setting: SimPowerSetting) {
    this.#setting = setting;
  }

  take({ method, path }: Asked, _from: Connection, reply: (status: number, text: string) => void): void {
    const { nodes, isRunning } = this.#setting;
    const [, verb, name = ''] = path.split('/');
    if (method === 'GET' && verb === 'list')
      reply(200, JSON.stringify({ running: nodes.filter((node) => isRunning(node)) }));
    else if (method === 'POST' && verb === 'off' && nodes.includes(decodeURIComponent(name)))
      void this.#turnOff(decodeURIComponent(name)).then(() => reply(200, '{"off":true}'));
    else reply(404, '{"error":"no such order"}');
  }

  left(): void {}

  /** Orders that were not carried out yet never will be. */
  close(): void {
    this.#isClosed = true;
  }

  /** Once begun, an order is carried out even if whoever gave it is gone by then: power switches do not take orders back. */
  async #turnOff(node: string): Promise<void> {
    const { clock, delay, isRunning, turnOff } = this.#setting;
    if (delay > 0) await sleep(clock, delay);
    if (!this.#isClosed && isRunning(node)) turnOff(node);
  }
}
