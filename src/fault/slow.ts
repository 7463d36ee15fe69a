/**
 * What these send to those arrives late: on their links the upstream, and on the links that lead back the
 * downstream, whose bytes travel in the same direction.
 */
import * as z from 'zod';
import { checkSelector, LINKED } from '../drill/check-names.js';
import { forDuration, label, selector } from '../drill/step-keys.js';
import { duration } from '../drill/units.js';
import type { ToxicChange } from '../runtime/world-links.js';
import type { Link } from '../topology/links.js';
import { resolveText } from '../topology/partition.js';
import { type Aim, defineFault } from './fault.js';
import { injectToxics, shapingNeeds } from './shaping.js';

interface SlowAim extends Aim {
  toxics: ToxicChange[];
}

export const slow = defineFault({
  name: 'slow',
  schema: z.strictObject({
    from: selector,
    to: selector,
    latency: duration,
    jitter: duration.optional(),
    as: label,
    for: forDuration,
  }),
  needs: ({ from, to }) => shapingNeeds([from, to]),
  check: ({ from, to }, place) => [
    ...checkSelector(from, [...place.path, 'from'], place.names, LINKED),
    ...checkSelector(to, [...place.path, 'to'], place.names, LINKED),
  ],

  aim({ from, to, latency, jitter = 0 }, { topology, random, links }): SlowAim {
    const senders = resolveText(from, topology, random);
    const receivers = resolveText(to, topology, random);
    const attributes = { latency: Math.round(latency), jitter: Math.round(jitter) };
    const late = (link: Link, stream: ToxicChange['stream']): ToxicChange => {
      return { link: link.name, stream, type: 'latency', toxicity: 1, attributes };
    };
    const toxics = links.flatMap((link) => [
      ...(senders.includes(link.from) && receivers.includes(link.to) ? [late(link, 'upstream')] : []),
      ...(senders.includes(link.to) && receivers.includes(link.from) ? [late(link, 'downstream')] : []),
    ]);
    const spread = attributes.jitter > 0 ? ` +/- ${attributes.jitter} ms` : '';
    return {
      targets: [...new Set([...senders, ...receivers])],
      text: `${senders.join(', ') || 'no node'} to ${receivers.join(', ') || 'no node'} slow by ${attributes.latency} ms${spread}`,
      toxics,
    };
  },

  inject: (fault, { toxics }, effects) => injectToxics(fault, toxics, effects),
});
