/**
 * The interface of a fault. One fault, one file. A fault is aimed (pure: what exactly will be hit), written to
 * the history, injected, witnessed, and healed later:
 *
 *     aim(options, view) -> Aim ; [history: fault] ; inject(aim, effects) -> Injection ;
 *     injection.witness() -> [history: witness] ; ... ; [history: heal] ; injection.heal() -> [history: healed]
 *
 * It has an effect only when a probe has witnessed it.
 */
import type { Clock } from '../clock.js';
import type { Capability } from '../drill/needs.js';
import type { CutMode } from '../drill/steps.js';
import type { Evidence } from '../history/event.js';
import type { StatefulLinks } from '../link/links.js';
import type { Random } from '../random.js';
import type { Handicapped } from '../runtime/handicap.js';
import type { Kills, LinkPlace, Pauses, ProcessKills, Stops } from '../runtime/runtime.js';
import type { Cut } from '../topology/grudge.js';
import type { Link } from '../topology/links.js';
import type { TopologyView } from '../topology/selector.js';

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
  links: StatefulLinks;
  place(link: string): LinkPlace;
  /** Sends a greeting over a link, for a witness; gives undefined where nobody takes one. */
  greet(link: string, patience: Patience): Promise<Greeting | undefined>;
  nodes: Kills & Stops & Pauses & Partial<ProcessKills & Handicapped>;
}

/** How long a greeting is waited for, in milliseconds from when it was sent. */
export interface Patience {
  /** For its answer. */
  answer: number;
  /** For its arrival, where it is not answered; no longer than for the answer if left out. */
  arrival?: number;
  /** For the arrival of a datagram, over links that carry those; as long as for the answer if left out. */
  datagram?: number;
}

/** How a greeting over a link went. */
export interface Greeting {
  /** `refused` at the connect, `answered`, `closed` without an answer, or `silent` until time was up. */
  outcome: 'refused' | 'answered' | 'closed' | 'silent';
  /** Whether it was seen to arrive; undefined where nobody can tell. */
  arrived: boolean | undefined;
  /** Whether a datagram arrived that was sent the same way; left out where the link carries connections only. */
  datagram?: boolean;
  /** Milliseconds until the outcome. */
  took: number;
}

export interface Witnessed {
  witnessed: boolean;
  /** The clock's instant (ms) since which the effect is in force. */
  at: number;
  evidence: Evidence[];
}

export interface Injection {
  /** Looks at the effect with a probe. */
  witness(): Promise<Witnessed>;
  /** Undoes the effect and looks at that. Missing where there is nothing to undo (a killed process is restarted, not healed). */
  heal?(): Promise<Witnessed>;
}

export interface Fault<Options, Aimed extends Aim = Aim> {
  readonly needs: readonly Capability[];
  aim(options: Options, view: AimView): Aimed;
  inject(fault: string, aim: Aimed, effects: Effects): Promise<Injection>;
}
