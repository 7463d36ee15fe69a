/**
 * The injector: takes a fault from aim to heal and leaves nothing out on the way. It is written to the history
 * (and flushed) before it is applied, witnessed afterwards, looked at once more before it is undone, and its heal is
 * recorded and witnessed likewise.
 *
 * A witness looks while the drill goes on waiting; it has spoken before anything else is done to the topology,
 * so that it cannot be confused by the next step. A fault that has a time is healed when that is over, counted from its
 * effect: both looks lie within its time.
 *
 *     effect ---- witness ---- .................... ---- last look ---- heal
 *     |<----------------------- for -------------------------------->|
 */
import { type Clock, sleep } from '../clock.js';
import { messageOf } from '../errors.js';
import type { Aim, AimView, Effects, Fault, Injection, Lasting } from '../fault/fault.js';
import type { WitnessEvent } from '../history/event.js';
import type { Leaves } from '../history/fault-events.js';
import type { Random } from '../random.js';
import type { Span } from '../span.js';
import type { Link } from '../topology/links.js';
import type { Active, Over, Part } from './active-fault.js';
import { HealDelay } from './heal-delay.js';
import type { Present } from './present.js';
import type { Recorder } from './recorder.js';

/** How long before the end of its time a fault is looked at once more, ms; a short one, in the last quarter of it. */
const LAST_LOOK = 100;

type Hit = Pick<Aim, 'targets'> & { fault: string; leaves: Leaves | undefined };

export interface InjectorSetting {
  clock: Clock;
  recorder: Recorder;
  present: Pick<Present, 'view'>;
  effects: Effects;
  links: readonly Link[];
  random: Random;
  /** Told before a fault ends nodes, and whether it does so as a crash would. */
  onEnding?(nodes: readonly string[], how: { crashed: boolean }): void;
  /** Aborted when the run is to end early: then nothing is healed by itself any more. */
  signal: AbortSignal;
}

/** How a part is told: without targets where the fault is over with it. */
type PartOnRecord = { targets?: string[] };

/** A fault with its options in full form. */
export interface Ordered {
  fault: Fault;
  options: unknown;
  /** For how long after its heal nothing else will be done, ms; that may be any time where left out. */
  rest?: number;
  /** What it hits, where that was settled before; otherwise it takes aim when it is injected. */
  aim?: Aim;
}

export class Injector {
  readonly #setting: InjectorSetting;
  readonly #active: Active[] = [];
  readonly #witnesses: Promise<boolean>[] = [];
  readonly #delay = new HealDelay();
  /** Of the faults that have a time. */
  readonly #over = new Map<string, Over>();
  /** The heals of those whose time was up. */
  readonly #expired: { active: Active; healed: Promise<void> }[] = [];
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
    const { present, links, random } = this.#setting;
    const view: AimView = { topology: present.view(), links, random };
    return fault.aim(options, view);
  }

  /**
   * Injects faults at once: all are aimed and written down before the first is applied. Gives their names. `beside`:
   * nor do they wait until others were looked at, which they are to happen beside.
   */
  async inject(ordered: readonly Ordered[], { beside = false } = {}): Promise<string[]> {
    if (!beside) await this.witnessed();
    this.#setting.signal.throwIfAborted();
    const aimed = ordered.map((order) => this.#aim(order));
    await this.#setting.recorder.flush();
    await Promise.all(
      aimed.map(async ({ order, name, aim, leaves }) => {
        const ordered = this.#setting.clock.now();
        const injection = await order.fault.inject(name, aim, this.#setting.effects);
        this.#begin(order, { fault: name, targets: aim.targets, leaves }, injection, ordered);
      }),
    );
    return aimed.map(({ name }) => name);
  }

  /** Resolves when every fault so far was looked at. */
  async witnessed(): Promise<void> {
    await Promise.all(this.#witnesses);
  }

  /** Resolves when every fault that hits a node was looked at. */
  async witnessedOf(node: string): Promise<void> {
    await Promise.all(this.#active.filter(({ held }) => held.includes(node)).map(({ witness }) => witness));
  }

  /** Resolves when the time of a fault is over, or it was healed before, with when its parts were undone. */
  async over(fault: string): Promise<Span | undefined> {
    return this.#over.get(fault)?.ended;
  }

  /** Resolves when that is so of every fault that has a time. */
  async elapsed(): Promise<void> {
    await Promise.all([...this.#over.values()].map(({ ended }) => ended));
  }

  /** Heals one fault by its own or the drill's name for it, whatever time it was given. */
  async heal(name: string): Promise<void> {
    await this.#heal((active) => active.fault === name || active.as === name);
  }

  /** Heals what leaves these nodes so, such as paused; the other targets of a fault stay as they are. */
  async release(leaves: Leaves, nodes: readonly string[]): Promise<void> {
    await this.#heal((active) => active.leaves === leaves, nodes);
  }

  /** Heals all that there is, whatever time it was given. */
  async healAll(): Promise<void> {
    await this.#heal(() => true);
  }

  #aim(order: Ordered) {
    const { recorder, onEnding } = this.#setting;
    const { fault, options } = order;
    const aim = order.aim ?? this.aim(order);
    if (fault.leaves?.(options).includes('killed'))
      onEnding?.(aim.targets, { crashed: fault.crashes?.(options) ?? false });
    // What a fault may leave one way or another is no fact yet.
    const [leaves, ...others] = fault.leaves?.(options) ?? [];
    const { as, for: ms } = commonOf(options);
    const name = `fault-${++this.#count}`;
    recorder.record({
      type: 'fault',
      fault: name,
      kind: fault.name,
      targets: aim.targets,
      text: aim.text,
      ...(leaves && others.length === 0 ? { leaves } : {}),
      ...(aim.mode ? { mode: aim.mode } : {}),
      ...(aim.cuts ? { cuts: aim.cuts } : {}),
      ...(as ? { as } : {}),
      ...(ms === undefined ? {} : { for: ms * 1e6 }),
    });
    return { order, name, aim, leaves };
  }

  /** It is in force: from here on it is looked at, and its time goes by. */
  #begin(
    { fault: { name: kind }, options, rest }: Ordered,
    { fault, targets, leaves }: Hit,
    injection: Injection,
    ordered: number,
  ): void {
    const { clock, signal } = this.#setting;
    const { as, for: ms } = commonOf(options);
    const { at } = injection.span;
    const due =
      ms === undefined || !injection.heal ? undefined : at + ms - this.#delay.of(kind, at - ordered, ms);
    const lastLook = due === undefined ? undefined : due - Math.min(LAST_LOOK, ms! / 4);
    const witness = this.#witness(fault, injection, lastLook);
    const ended = new Set<string>();
    const active: Active = {
      ...{ fault, as, leaves, held: targets, ended, injection, witness, rest },
      timer: undefined,
      over: yetToEnd(),
    };
    this.#active.push(active);
    this.#witnesses.push(witness);
    // The run may have come to its end while the fault was being injected.
    if (due === undefined || lastLook === undefined || signal.aborted) return;
    this.#over.set(fault, active.over);
    active.timer = clock.timer(lastLook - clock.now(), () => {
      const healed = this.#undo(this.#claim(active, undefined), due);
      // Whoever heals all waits for this and is told; until then a rejection is not an unhandled one.
      healed.catch(() => undefined);
      this.#expired.push({ active, healed });
    });
  }

  async #witness(fault: string, injection: Injection, until: number | undefined): Promise<boolean> {
    const { recorder } = this.#setting;
    try {
      const { witnessed, evidence } = await injection.witness(until);
      const { at, last } = injection.span;
      recorder.record(
        { type: 'witness', fault, witnessed, evidence },
        { at, last: last > at ? last : undefined },
      );
      return witnessed;
    } catch (error) {
      recorder.record({ type: 'witness', ...unseen(fault, error) });
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

  async #heal(which: (active: Active) => boolean, nodes?: readonly string[]): Promise<void> {
    await this.witnessed();
    this.#setting.signal.throwIfAborted();
    const parts = this.#active.filter(which).flatMap((active) => this.#claim(active, nodes) ?? []);
    const expired = this.#expired.filter(({ active }) => which(active)).map(({ healed }) => healed);
    await Promise.all([...parts.map((part) => this.#undo(part)), ...expired]);
  }

  /** What of a fault is on these nodes, or all that is left of it; from here on it is nobody else's to heal. */
  #claim(active: Active, nodes: readonly string[] | undefined): Part | undefined {
    const { held } = active;
    const targets = nodes ? held.filter((target) => nodes.includes(target)) : held;
    if (nodes && targets.length === 0) return undefined;
    active.held = held.filter((target) => !targets.includes(target));
    const isLast = targets.length === held.length;
    if (isLast) {
      this.#active.splice(this.#active.indexOf(active), 1);
      active.timer?.cancel();
    }
    return { active, targets, isLast };
  }

  /** Undoes it once it was looked at; not before it is `due`, an instant of the clock in ms. */
  async #undo(part: Part | undefined, due = Number.NEGATIVE_INFINITY): Promise<void> {
    if (!part) return;
    const { clock, recorder, signal } = this.#setting;
    const { fault, injection, witness, rest, over } = part.active;
    if (!injection.heal) return;
    const targets = [...part.targets];
    const onRecord = part.isLast ? {} : { targets };
    let undone: Span | undefined;
    try {
      // What never took effect cannot have lasted.
      if (await witness) await this.#lookAgain(part, injection, onRecord);
      signal.throwIfAborted();
      if (due > clock.now()) await sleep(clock, due - clock.now(), signal);
      recorder.record({ type: 'heal', fault, ...onRecord });
      const until = rest === undefined ? undefined : clock.now() + rest;
      const { witnessed, evidence, ...span } = await injection.heal(targets, until);
      const { at: first, last: at } = span;
      recorder.record(
        { type: 'healed', fault, witnessed, ...onRecord, evidence },
        { at, first: first < at ? first : undefined },
      );
      undone = span;
    } finally {
      if (part.isLast) over.end(undone);
    }
  }
}

/** The keys that faults of every kind may have. */
function commonOf(options: unknown): { as?: string; for?: number } {
  return typeof options === 'object' && options !== null ? options : {};
}

function yetToEnd(): Over {
  let end: Over['end'] = () => {};
  const ended = new Promise<Span | undefined>((resolve) => {
    end = resolve;
  });
  return { ended, end };
}

function unseen(fault: string, error: unknown): Pick<WitnessEvent, 'fault' | 'witnessed' | 'evidence'> {
  const evidence = [{ subject: fault, expected: 'a look at its effect', observed: messageOf(error) }];
  return { fault, witnessed: false, evidence };
}
