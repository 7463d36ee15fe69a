/** Links of several kinds as one: some are carried by proxies, others crossed by packets as they are. */
import { allEnded } from '../../all-ended.js';
import { unknown } from '../../errors.js';
import type { Span } from '../../span.js';
import type { LinkChange } from '../world-links.js';
import type { StatefulLinks } from './links.js';

/** Some of the links, and which. */
export interface Carrier {
  links: StatefulLinks;
  carries(link: string): boolean;
}

/** Each link is carried by one of them. */
export function carriedBy(carriers: readonly Carrier[]): StatefulLinks {
  return {
    apply: (fault, change) =>
      joined(carriers.map(({ links, carries }) => links.apply(fault, partOf(change, carries)))),
    heal: (fault) => joined(carriers.map(({ links }) => links.heal(fault))),
    async state(link) {
      const carrier = carriers.find(({ carries }) => carries(link)) ?? unknown('the name of a link', link);
      return carrier.links.state(link);
    },
    close: async () => void (await allEnded(carriers.map(({ links }) => links.close()))),
  };
}

/** What of a change is about these links; it may be nothing. */
function partOf(change: LinkChange, carries: (link: string) => boolean): LinkChange {
  if ('toxics' in change) return { toxics: change.toxics.filter(({ link }) => carries(link)) };
  return { mode: change.mode, cuts: change.cuts.filter(({ link }) => carries(link)) };
}

/** From the first part of any of them to the last. */
async function joined(parts: readonly Promise<Span>[]): Promise<Span> {
  const done = await allEnded(parts);
  return { at: Math.min(...done.map(({ at }) => at)), last: Math.max(...done.map(({ last }) => last)) };
}
