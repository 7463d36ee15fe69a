/**
 * Cuts of links as packets have them: which packets from whom are stopped at whose door.
 *
 *     link X->Y, upstream:    what X sends Y in connections that X began, and whatever is no connection    `begun`
 *     link X->Y, downstream:  what Y sends X in connections that X began                                   `answers`
 *     from X to Y both:       every packet from X to Y                                                     `all`
 *
 * So a one-way partition from X to Y (the upstream of X->Y and the downstream of Y->X) stops every packet from X to Y
 * and none from Y to X, and a cut of the link X->Y alone leaves the connections that Y began.
 */

import { unknown } from '../../../errors.js';
import type { Cut, CutMode, Stream } from '../../../topology/grudge.js';

/** Which packets from one to the other. */
export type Share = 'all' | 'begun' | 'answers';

export interface PacketCut {
  from: string;
  to: string;
  share: Share;
  fault: string;
  mode: CutMode;
}

/** What a share cuts: the streams of the link from the sender to the receiver, and of the link that leads back. */
export const STREAMS: Readonly<Record<Share, { forth?: Stream; back?: Stream }>> = {
  all: { forth: 'upstream', back: 'downstream' },
  begun: { forth: 'upstream' },
  answers: { back: 'downstream' },
};

/** The cuts of one fault, by sender and receiver. Several links between two (one for each port) are one here. */
export function packetCuts(
  fault: string,
  mode: CutMode,
  cuts: readonly Cut[],
  sidesOf: (link: string) => { from: string; to: string },
): PacketCut[] {
  if (mode === 'stall' && cuts.length > 0) unknown('a cut that packets can meet', mode);
  const found = new Map<string, PacketCut>();
  const add = (from: string, to: string, share: Share) => {
    const key = `${from} ${to}`;
    const before = found.get(key);
    if (!before) found.set(key, { from, to, share, fault, mode });
    else if (before.share !== share) before.share = 'all';
  };
  for (const { link, streams } of cuts) {
    const { from, to } = sidesOf(link);
    if (streams.includes('upstream')) add(from, to, 'begun');
    if (streams.includes('downstream')) add(to, from, 'answers');
  }
  return [...found.values()];
}
