/**
 * The interface of a fault. One fault, one file: it describes itself (drill/parts.ts), and does what it says. A fault is
 * aimed (pure: what exactly will be hit), written to the history, injected, witnessed, and healed later:
 *
 *     aim(options, view) -> Aim ; [history: fault] ; inject(aim, effects) -> Injection ;
 *     injection.witness() -> [history: witness] ; ... ; injection.still() -> [history: witness, before the heal] ;
 *     [history: heal] ; injection.heal() -> [history: healed]
 *
 * It has an effect only when a probe has witnessed it, and had it for as long as it should only when it was there still
 * right before it was undone.
 */
import type * as z from 'zod';
import type { Clock } from '../clock.js';
import type { StepPart } from '../drill/parts.js';
import type { Random } from '../random.js';
import type { Handicapped } from '../runtime/handicap.js';
import type { Kills, Pauses, PowerLosses, ProcessKills, Stops } from '../runtime/runtime.js';
import type { Links } from '../runtime/world-links.js';
import type { Span } from '../span.js';
import type { Cut, CutMode } from '../topology/grudge.js';
import type { Link } from '../topology/links.js';
import type { TopologyView } from '../topology/selector.js';
import type { Seen } from '../witness.js';

/** What a fault may look at when it takes aim. */
export interface AimView {
  topology: TopologyView;
  links: readonly Link[];
  random: Random;
}

/** What exactly a fault will hit: data, written down before anything is done. */
export interface Aim {
  targets: string[];
  text: string;
  mode?: CutMode;
  cuts?: Cut[];
}

/** What a fault may touch. */
export interface Effects {
  clock: Clock;
  links: Links;
  nodes: Kills & Stops & Pauses & Partial<ProcessKills & PowerLosses & Handicapped>;
}

/** What was seen of a heal, with when its parts were undone. */
export interface Healed extends Seen, Span {}

interface Effective {
  /** When its parts came into force. */
  readonly span: Span;
  /**
   * Looks at the effect with a probe. `until` is the clock's instant (ms) by which it has spoken, where the effect does
   * not last much longer: what cannot be seen by then is taken by the word of whoever holds it, and that is said.
   */
  witness(until?: number): Promise<Seen>;
}

/** What an effect has that lasts until it is undone. */
export interface Lasting {
  /**
   * Looks, as quickly as can be, whether the effect is there still: others may have undone it behind our back. `only` is
   * as in `heal`; a process in `ended` has ended since the injection, and whatever runs there now is another one.
   */
  still(only?: readonly string[], ended?: ReadonlySet<string>): Promise<Seen>;
  /**
   * Undoes the effect and looks at that. `only` are the targets that are meant, all where left out; a fault that is not
   * about each of its targets by itself is undone as a whole. `until` is as in `witness`.
   */
  heal(only?: readonly string[], until?: number): Promise<Healed>;
}

/**
 * An effect that is in force. Where there is nothing to undo (a killed process is restarted, not healed), there is
 * nothing that lasts.
 */
export type Injection = Effective & (Lasting | { still?: never; heal?: never });

export interface Fault<Options = unknown, Aimed extends Aim = Aim> extends StepPart<Options> {
  aim(options: Options, view: AimView): Aimed;
  inject(fault: string, aim: Aimed, effects: Effects): Promise<Injection>;
  /** Whether the nodes that it ends have crashed, so that `restart:` starts them again; without it, they stay down. */
  crashes?(options: Options): boolean;
}

/** A fault, whose options are what its schema makes of them. */
export function defineFault<Schema extends z.ZodType, Aimed extends Aim>(
  fault: Fault<z.output<Schema>, Aimed> & { readonly schema: Schema },
): Fault<z.output<Schema>, Aimed> {
  return fault;
}
