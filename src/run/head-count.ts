/** Counts what there is before a run, and after it: what it made must be gone, or there on purpose. */
import type { Clock } from '../clock.js';
import { messageOf } from '../errors.js';
import type { Inventory, Look, Proxies, Runtime } from '../runtime/runtime.js';

export interface HeadCountSetting {
  clock: Clock;
  runtime: Runtime;
  environment: Readonly<Record<string, string | undefined>>;
}

export class HeadCount {
  readonly #setting: HeadCountSetting;
  readonly #run: string;
  #before: Look | undefined;

  /** `run` is the label that is looked for. */
  constructor(setting: HeadCountSetting, run: string) {
    this.#setting = setting;
    this.#run = run;
  }

  async before(): Promise<void> {
    // What cannot be looked at is not there, or the runtime says so itself when it is opened.
    this.#before = await this.#look().catch(() => undefined);
  }

  /** Of a run that is left as it is. */
  async kept(servers: readonly Proxies[]): Promise<Inventory> {
    const proxies = servers.flatMap(({ links }) => links).length;
    const kept = { ...this.#nothing(), kept: this.#run };
    try {
      const { census } = await this.#look();
      return { ...kept, created: { ...census.run, proxies }, after: census };
    } catch (error) {
      return { ...kept, unseen: [messageOf(error)] };
    }
  }

  /** Of a run that was taken down, by what its world said of that, where there was one. */
  async after(closed: Inventory | undefined, isLost: boolean): Promise<Inventory> {
    const inventory = { ...this.#nothing(), ...closed };
    // Where nobody could look before, what is asked for is not there, or was never opened.
    if (isLost || !this.#before) return inventory;
    const { leaked, unseen = [] } = inventory;
    try {
      const { census, found } = await this.#look();
      const isTold = (thing: string) => leaked.some((text) => `${text} `.startsWith(`${thing} `));
      // Whoever made it: what carries the run's label is the run's.
      const more = found.filter((thing) => !isTold(thing));
      return { ...inventory, after: census, leaked: [...leaked, ...more] };
    } catch (error) {
      return { ...inventory, unseen: [...unseen, messageOf(error)] };
    }
  }

  #look(): Promise<Look> {
    const { runtime, clock, environment } = this.#setting;
    return runtime.look(this.#run, { clock, environment });
  }

  #nothing(): Inventory {
    const created = { processes: 0, proxies: 0, folders: 0 };
    return { ...(this.#before ? { before: this.#before.census } : {}), created, leaked: [] };
  }
}
