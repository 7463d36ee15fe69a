/**
 * The interface of links: what can be done to them while a drill runs. Changes are put under the name of the
 * fault that wants them, so that overlapping faults heal apart.
 */

import type { Span } from '../../span.js';
import type { Cut, CutMode, Stream } from '../../topology/grudge.js';

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

export interface Links {
  /** Makes the change under the name of a fault. Resolves when all of it is in force, with when its parts came to be. */
  apply(fault: string, change: LinkChange): Promise<Span>;
  /** Takes back what was applied under the name of a fault, and leaves what others hold. */
  heal(fault: string): Promise<Span>;
  /** Removes every proxy on servers that outlive the run; the others end with theirs. */
  close(): Promise<void>;
}

/** What the carrier itself says of a link: asked, not remembered. */
export interface LinkState {
  enabled: boolean;
  /** The toxics on it; of a link that no proxy carries, what the packet filters do, and to how many packets so far. */
  toxics: { name: string; type: string; stream: Stream; packets?: number }[];
  /** Whether it is a link that no proxy carries. */
  filtered?: true;
}

/** Links of which the server can be asked what state they are in. */
export interface StatefulLinks extends Links {
  state(link: string): Promise<LinkState>;
}
