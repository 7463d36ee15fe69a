/** Counts what there is before a run, and after it: what it made must be gone, or there on purpose. */
import type { Clock } from '../clock.js';
import { messageOf } from '../errors.js';
import type { Inventory, Look, Runtime } from '../runtime/runtime.js';

export interface HeadCountSetting {
  clock: Clock;
  runtime: Runtime;
  environment: Readonly<Record<string, string | undefined>>;
}

/** How a run's end went. */
interface End {
  /** What the cluster said when it was closed; undefined where there was none, or where it could not be. */
  closed: Inventory | undefined;
  /** How many proxies were made. */
  proxies: number;
  /** What could not be undone. */
  wrong: readonly string[];
  /** Whether what the nodes run on is gone. */
  lost: boolean;
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
  async kept(proxies: number): Promise<Inventory> {
    const kept = { ...this.#nothing(), kept: this.#run };
    try {
      const { census } = await this.#look();
      return { ...kept, created: { ...census.run, proxies }, after: census };
    } catch (error) {
      return { ...kept, unseen: [messageOf(error)] };
    }
  }

  /** Of a run that was taken down. */
  async after({ closed, proxies, wrong, lost }: End): Promise<Inventory> {
    const told = { ...this.#nothing(), ...closed };
    const inventory = { ...told, created: { ...told.created, proxies } };
    // Where the nodes' ground is gone, nobody can say what is left of them.
    if (lost) return unseen(inventory, wrong);
    const leaked = [...inventory.leaked, ...wrong];
    // Where nobody could look before, what is asked for is not there, or was never opened.
    if (!this.#before) return { ...inventory, leaked };
    try {
      const { census, found } = await this.#look();
      const isTold = (thing: string) => leaked.some((text) => `${text} `.startsWith(`${thing} `));
      // Whoever made it: what carries the run's label is the run's.
      const more = found.filter((thing) => !isTold(thing));
      return { ...inventory, after: census, leaked: [...leaked, ...more] };
    } catch (error) {
      return unseen({ ...inventory, leaked }, [messageOf(error)]);
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

function unseen(inventory: Inventory, reasons: readonly string[]): Inventory {
  return { ...inventory, unseen: [...(inventory.unseen ?? []), ...reasons] };
}
