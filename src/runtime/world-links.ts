/** What a runtime gives for one execution, as those see it who drill in it: nothing here says how links are made. */
import type { Span } from '../span.js';
import type { Cut, CutMode, Stream } from '../topology/grudge.js';
import type { Link } from '../topology/links.js';
import type { Seen } from '../witness.js';
import type { Address } from './address.js';

/** How the nodes at the ends of links are greeted, so that it is seen whether a link carries anything. */
export interface Greetings {
  /** What the destination of a link can be asked; undefined where nobody there is known to answer. */
  question(link: Link): Question | undefined;
  /** The token of a greeting whose arrival a node's line of output tells: nobody else is told of that line. */
  arrivalOf(node: string, line: string): string | undefined;
}

export interface Question {
  /** Sends it, with `token` in it; resolves when it is answered. */
  put(address: Address, token: string, signal: AbortSignal): Promise<unknown>;
  /** Whether somebody tells of its arrival. */
  tells: boolean;
}

/** A toxic on one stream of one link. */
export interface ToxicChange {
  link: string;
  stream: Stream;
  type: string;
  /** From 0 to 1. */
  toxicity: number;
  attributes: Readonly<Record<string, number>>;
}

export type LinkChange = { mode: CutMode; cuts: readonly Cut[] } | { toxics: readonly ToxicChange[] };

/** What links should be seen to be, with regard to one fault. */
export interface LinkView {
  /** What it has changed. Told by who has ordered it: what the links themselves remember is no evidence of it. */
  changed?: LinkChange;
  /** The links on which it has nothing, or nothing any more. */
  open?: readonly string[];
}

/** Until when a look has to be over (the clock's instant, ms); `glance`: what is known without waiting for anything. */
export type LookTime = number | 'glance';

export interface Links {
  /** Makes the change under the name of a fault. Resolves when all of it is in force, with when its parts came to be. */
  apply(fault: string, change: LinkChange): Promise<Span>;
  /** Takes back what was applied under the name of a fault, and leaves what others hold. */
  heal(fault: string): Promise<Span>;
  /**
   * Looks at the effect on each link, with whatever shows it on links of that kind. Where there is too little time to see
   * it, whoever holds the link is believed, and the evidence says so.
   */
  look(fault: string, view: LinkView, time?: LookTime): Promise<Seen>;
}
