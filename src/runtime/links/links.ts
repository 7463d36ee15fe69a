/**
 * Links of one kind: changed under the name of the fault that wants it, so that overlapping faults heal apart, and asked
 * what they hold.
 */
import type { Stream } from '../../topology/grudge.js';
import type { Links } from '../world-links.js';

/** What holds a link says of it: asked, not remembered. */
export interface LinkState {
  enabled: boolean;
  /** The toxics on it; of a link that no proxy carries, what the packet filters do, and to how many packets so far. */
  toxics: { name: string; type: string; stream: Stream; packets?: number }[];
  /** Whether it is a link that no proxy carries. */
  filtered?: true;
  /** Where connections should come to a proxy and do not, or the other way round: what is amiss on their way. */
  astray?: string;
}

export interface StatefulLinks extends Pick<Links, 'apply' | 'heal'> {
  state(link: string): Promise<LinkState>;
  /** Removes every proxy on servers that outlive the run; the others end with theirs. */
  close(): Promise<void>;
}
