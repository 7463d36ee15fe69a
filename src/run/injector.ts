/**
 * The injector: takes a fault from aim to heal and leaves nothing out on the way. It is written to the history
 * (and flushed) before it is applied, witnessed afterwards, and its heal is recorded and witnessed likewise.
 *
 * A witness looks while the drill goes on waiting; it has spoken before anything else is done to the topology,
 * so that it cannot be confused by the next step.
 */
import type { Clock } from '../clock.js';
import { messageOf } from '../errors.js';
import type { Aim, AimView, Effects, Fault, Injection, Witnessed } from '../fault/fault.js';
import type { Random } from '../random.js';
import type { Link } from '../topology/links.js';
import type { Observer } from './observer.js';
import type { Recorder } from './recorder.js';

interface Active {
  fault: string;
  as: string | undefined;
  kind: string;
  targets: readonly string[];
  injection: Injection;
  witness: Promise<void>;
}

export interface InjectorSetting {
  clock: Clock;
  recorder: Recorder;
  observer: Observer;
  effects: Effects;
  links: readonly Link[];
  random: Random;
}

/** A fault by the name that the drill file calls it, with its options in full form. */
export interface Ordered {
  kind: string;
  fault: Fault<unknown, Aim>;
  options: { as?: string | undefined; for?: number | undefined };
  /** What it hits, where that was settled before; otherwise it takes aim when it is injected. */
  aim?: Aim;
}

export class Injector {
  readonly #setting: InjectorSetting;
  readonly #active: Active[] = [];
  readonly #healing: Promise<void>[] = [];
  #count = 0;

  constructor(setting: InjectorSetting) {
    this.#setting = setting;
  }

  /** What a fault would hit now: who the primary is may be another matter later. */
  aim({ fault, options }: Ordered): Aim {
    const { observer, links, random } = this.#setting;
    const view: AimView = { topology: observer.view(), links, random };
    return fault.aim(options, view);
  }

  /** Injects faults at once: all are aimed and written down before the first is applied. Gives their names. */
  async inject(ordered: readonly Ordered[]): Promise<string[]> {
    await this.witnessed();
    const aimed = ordered.map((order) => this.#aim(order));
    this.#setting.observer.onFault();
    await this.#setting.recorder.flush();
    await Promise.all(
      aimed.map(async ({ order, name, aim }) => {
        const injection = await order.fault.inject(name, aim, this.#setting.effects);
        const active = {
          fault: name,
          as: order.options.as,
          kind: order.kind,
          targets: aim.targets,
          injection,
        };
        this.#active.push({ ...active, witness: this.#witness(name, injection) });
        if (order.options.for !== undefined && injection.heal) this.#healLater(name, order.options.for);
      }),
    );
    return aimed.map(({ name }) => name);
  }

  /** Resolves when every fault so far was looked at. */
  async witnessed(): Promise<void> {
    await Promise.all(this.#active.map((active) => active.witness));
  }

  /** Heals one fault by its own or the drill's name for it. */
  async heal(name: string): Promise<void> {
    await this.#heal((active) => active.fault === name || active.as === name);
  }

  /** Heals what holds of one kind on a target, such as the pause of a node. */
  async healOn(kind: string, target: string): Promise<void> {
    await this.#heal((active) => active.kind === kind && active.targets.includes(target));
  }

  async healAll(): Promise<void> {
    await this.#heal(() => true);
    await Promise.all(this.#healing);
  }

  #aim(order: Ordered) {
    const { recorder } = this.#setting;
    const aim = order.aim ?? this.aim(order);
    const name = `fault-${++this.#count}`;
    recorder.record({
      type: 'fault',
      fault: name,
      kind: order.kind,
      targets: aim.targets,
      text: aim.text,
      ...(aim.mode ? { mode: aim.mode } : {}),
      ...(aim.cuts ? { cuts: aim.cuts } : {}),
      ...(order.options.as ? { as: order.options.as } : {}),
    });
    return { order, name, aim };
  }

  async #witness(fault: string, injection: Injection): Promise<void> {
    try {
      this.#record('witness', fault, await injection.witness());
    } catch (error) {
      const evidence = [{ subject: fault, expected: 'a look at its effect', observed: messageOf(error) }];
      this.#setting.recorder.record({ type: 'witness', fault, witnessed: false, evidence });
    }
  }

  #record(type: 'witness' | 'healed', fault: string, seen: Witnessed): void {
    const { witnessed, evidence, at } = seen;
    this.#setting.recorder.record({ type, fault, witnessed, evidence }, { at });
  }

  #healLater(fault: string, ms: number): void {
    const later = new Promise<void>((resolve, reject) => {
      this.#setting.clock.timer(ms, () => this.heal(fault).then(resolve, reject));
    });
    // Whoever heals all waits for this and is told; until then a rejection is not an unhandled one.
    later.catch(() => undefined);
    this.#healing.push(later);
  }

  async #heal(which: (active: Active) => boolean): Promise<void> {
    await this.witnessed();
    const chosen = this.#active.filter(which);
    for (const active of chosen) this.#active.splice(this.#active.indexOf(active), 1);
    await Promise.all(
      chosen.map(async ({ fault, injection }) => {
        if (!injection.heal) return;
        this.#setting.recorder.record({ type: 'heal', fault });
        this.#record('healed', fault, await injection.heal());
      }),
    );
  }
}
