/** Links of several kinds as one: some are carried by proxies, others crossed by packets as they are, some are both. */
import { allEnded } from '../../all-ended.js';
import { unknown } from '../../errors.js';
import type { Span } from '../../span.js';
import type { LinkChange } from '../world-links.js';
import type { LinkState, StatefulLinks } from './links.js';

type Changed = Pick<StatefulLinks, 'apply' | 'heal'>;

/** What acts on some of the links. */
export interface Carrier<Acting = StatefulLinks> {
  links: Acting;
  /** Whether it has to do with a link. */
  carries(link: string): boolean;
  /** Whether it brings about a change of such a kind; any, if left out. */
  does?(change: LinkChange): boolean;
}

/** Each link is carried by one or more; what is to be done to it is done by the first of them that does such a thing. */
export function carriedBy(carriers: readonly Carrier[]): StatefulLinks {
  return {
    ...changedBy(carriers),
    async state(link) {
      const own = carriers.filter(({ carries }) => carries(link));
      if (own.length === 0) unknown('the name of a link', link);
      return joinedState(await allEnded(own.map(({ links }) => links.state(link))));
    },
    close: async () => void (await allEnded(carriers.map(({ links }) => links.close()))),
  };
}

/** The same without looks. */
export function changedBy(carriers: readonly Carrier<Changed>[]): Changed {
  const acting = (link: string, change: LinkChange) =>
    carriers.find(({ carries, does }) => carries(link) && (does?.(change) ?? true)) ??
    unknown('a link on which such a thing can be done', link);
  return {
    apply: (fault, change) =>
      joined(
        carriers.map((carrier) =>
          carrier.links.apply(
            fault,
            partOf(change, (link) => acting(link, change) === carrier),
          ),
        ),
      ),
    heal: (fault) => joined(carriers.map(({ links }) => links.heal(fault))),
  };
}

/** What each carrier of one link says of it, as one. */
function joinedState(states: readonly LinkState[]): LinkState {
  const { astray } = states.find((state) => state.astray) ?? {};
  return {
    enabled: states.every(({ enabled }) => enabled),
    toxics: states.flatMap(({ toxics }) => toxics),
    ...(states.some(({ filtered }) => filtered) ? { filtered: true } : {}),
    ...(astray ? { astray } : {}),
  };
}

/** What of a change is about these links; it may be nothing. */
function partOf(change: LinkChange, isOne: (link: string) => boolean): LinkChange {
  if ('toxics' in change) return { toxics: change.toxics.filter(({ link }) => isOne(link)) };
  return { mode: change.mode, cuts: change.cuts.filter(({ link }) => isOne(link)) };
}

/** From the first part of any of them to the last. */
async function joined(parts: readonly Promise<Span>[]): Promise<Span> {
  const done = await allEnded(parts);
  return { at: Math.min(...done.map(({ at }) => at)), last: Math.max(...done.map(({ last }) => last)) };
}
