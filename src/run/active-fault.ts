/** A fault that is in force, and its end. */
import type { Timer } from '../clock.js';
import type { Injection } from '../fault/fault.js';
import type { Leaves } from '../history/fault-events.js';
import type { Span } from '../span.js';

export interface Active {
  fault: string;
  as: string | undefined;
  leaves: Leaves | undefined;
  /** Of its targets, those that it holds still. */
  held: readonly string[];
  /** Those whose process has ended since: what runs there now is another one. */
  ended: Set<string>;
  injection: Injection;
  /** Whether it was seen to take effect. */
  witness: Promise<boolean>;
  /** What heals it when its time is up. */
  timer: Timer | undefined;
  /** For how long after its heal nothing else is done, ms: what is seen of the heal is seen by then. */
  rest: number | undefined;
  over: Over;
}

/** The end of a fault, which may be yet to come. */
export interface Over {
  /** When its parts were undone; undefined where the heal failed. */
  ended: Promise<Span | undefined>;
  end(span: Span | undefined): void;
}

/** What of a fault is to be healed: it is over then, or goes on for its other targets. */
export interface Part {
  active: Active;
  targets: readonly string[];
  isLast: boolean;
}
