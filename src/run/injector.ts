/**
 * The injector: takes a fault from aim to heal and leaves nothing out on the way. It is written to the history
 * (and flushed) before it is applied, witnessed afterwards, looked at once more before it is undone, and its heal is
 * recorded and witnessed likewise.
 *
 * A witness looks while the drill goes on waiting; it has spoken before anything else is done to the topology,
 * so that it cannot be confused by the next step.
 */
import type { Clock, Timer } from '../clock.js';
import { messageOf } from '../errors.js';
import type { Aim, AimView, Effects, Fault, Injection, Lasting, Witnessed } from '../fault/fault.js';
import type { WitnessEvent } from '../history/event.js';
import type { Random } from '../random.js';
import type { Link } from '../topology/links.js';
import type { Observer } from './observer.js';
import type { Recorder } from './recorder.js';

interface Active {
  fault: string;
  as: string | undefined;
  kind: string;
  /** Of its targets, those that it holds still. */
  held: readonly string[];
  /** Those whose process has ended since: what runs there now is another one. */
  ended: Set<string>;
  injection: Injection;
  /** Whether it was seen to take effect. */
  witness: Promise<boolean>;
  /** What heals it when its time is up. */
  timer: Timer | undefined;
}

/** What of a fault is to be healed: it is over then, or goes on for its other targets. */
interface Part {
  active: Active;
  targets: readonly string[];
  isLast: boolean;
}

export interface InjectorSetting {
  clock: Clock;
  recorder: Recorder;
  observer: Observer;
  effects: Effects;
  links: readonly Link[];
  random: Random;
  /** Aborted when the run is to end early: then nothing is healed by itself any more. */
  signal: AbortSignal;
}

/** How a part is told: without targets where the fault is over with it. */
type PartOnRecord = { targets?: string[] };

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
  /** The heals of those whose time was up. */
  readonly #expired: Promise<void>[] = [];
  #count = 0;

  constructor(setting: InjectorSetting) {
    this.#setting = setting;
    const { recorder, signal } = setting;
    recorder.subscribe((event) => {
      if (event.type !== 'node' || (event.event !== 'exited' && event.event !== 'starting')) return;
      for (const { ended } of this.#active) ended.add(event.node);
    });
    signal.addEventListener('abort', () => {
      for (const { timer } of this.#active) timer?.cancel();
    });
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
    this.#setting.signal.throwIfAborted();
    const aimed = ordered.map((order) => this.#aim(order));
    this.#setting.observer.onFault();
    await this.#setting.recorder.flush();
    await Promise.all(
      aimed.map(async ({ order, name, aim }) => {
        const injection = await order.fault.inject(name, aim, this.#setting.effects);
        const { as, for: ms } = order.options;
        this.#active.push({
          fault: name,
          as,
          kind: order.kind,
          held: aim.targets,
          ended: new Set(),
          injection,
          witness: this.#witness(name, injection),
          timer: ms !== undefined && injection.heal ? this.#healAfter(ms, name) : undefined,
        });
      }),
    );
    return aimed.map(({ name }) => name);
  }

  /** Resolves when every fault so far was looked at. */
  async witnessed(): Promise<void> {
    await Promise.all(this.#active.map((active) => active.witness));
  }

  /** Heals one fault by its own or the drill's name for it, whatever time it was given. */
  async heal(name: string): Promise<void> {
    await this.#heal((active) => active.fault === name || active.as === name);
  }

  /** Heals what holds of one kind on these nodes, such as their pause; the other targets of a fault stay as they are. */
  async release(kind: string, nodes: readonly string[]): Promise<void> {
    await this.#heal((active) => active.kind === kind, nodes);
  }

  /** Heals all that there is, whatever time it was given. */
  async healAll(): Promise<void> {
    await this.#heal(() => true);
    await Promise.all(this.#expired);
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

  async #witness(fault: string, injection: Injection): Promise<boolean> {
    try {
      const seen = await injection.witness();
      this.#record('witness', fault, seen);
      return seen.witnessed;
    } catch (error) {
      this.#setting.recorder.record({ type: 'witness', ...unseen(fault, error) });
      return false;
    }
  }

  /** Whether it was in force still. */
  async #lookAgain({ active, targets }: Part, lasting: Lasting, onRecord: PartOnRecord): Promise<void> {
    const { recorder } = this.#setting;
    const { fault, ended } = active;
    const head = { type: 'witness', before: 'heal', ...onRecord } as const;
    try {
      const { witnessed, evidence } = await lasting.still(targets, ended);
      recorder.record({ ...head, fault, witnessed, evidence });
    } catch (error) {
      recorder.record({ ...head, ...unseen(fault, error) });
    }
  }

  #record(type: 'witness' | 'healed', fault: string, seen: Witnessed, onRecord?: PartOnRecord): void {
    const { witnessed, evidence, at } = seen;
    this.#setting.recorder.record({ type, fault, witnessed, ...onRecord, evidence }, { at });
  }

  #healAfter(ms: number, fault: string): Timer | undefined {
    // The run may have come to its end while the fault was being injected.
    if (this.#setting.signal.aborted) return undefined;
    return this.#setting.clock.timer(ms, () => {
      const healed = this.heal(fault);
      // Whoever heals all waits for this and is told; until then a rejection is not an unhandled one.
      healed.catch(() => undefined);
      this.#expired.push(healed);
    });
  }

  async #heal(which: (active: Active) => boolean, nodes?: readonly string[]): Promise<void> {
    await this.witnessed();
    this.#setting.signal.throwIfAborted();
    const parts = this.#active.filter(which).flatMap((active) => partOf(active, nodes));
    // From here on they are nobody else's to heal.
    for (const { active, targets, isLast } of parts) {
      active.held = active.held.filter((target) => !targets.includes(target));
      if (!isLast) continue;
      this.#active.splice(this.#active.indexOf(active), 1);
      active.timer?.cancel();
    }
    await Promise.all(parts.map((part) => this.#undo(part)));
  }

  async #undo(part: Part): Promise<void> {
    const { fault, injection } = part.active;
    if (!injection.heal) return;
    const targets = [...part.targets];
    const onRecord = part.isLast ? {} : { targets };
    // What never took effect cannot have lasted.
    if (await part.active.witness) await this.#lookAgain(part, injection, onRecord);
    this.#setting.recorder.record({ type: 'heal', fault, ...onRecord });
    this.#record('healed', fault, await injection.heal(targets), onRecord);
  }
}

/** What of a fault is on these nodes; all that is left of it where none are named. */
function partOf(active: Active, nodes: readonly string[] | undefined): Part[] {
  const { held } = active;
  if (!nodes) return [{ active, targets: held, isLast: true }];
  const targets = held.filter((target) => nodes.includes(target));
  return targets.length === 0 ? [] : [{ active, targets, isLast: targets.length === held.length }];
}

function unseen(fault: string, error: unknown): Pick<WitnessEvent, 'fault' | 'witnessed' | 'evidence'> {
  const evidence = [{ subject: fault, expected: 'a look at its effect', observed: messageOf(error) }];
  return { fault, witnessed: false, evidence };
}
