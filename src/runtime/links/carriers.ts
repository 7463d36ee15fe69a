/** Links of several kinds as one: some are carried by proxies, others crossed by packets as they are. */
import { InternalError } from '../../errors.js';
import type { Span } from '../../span.js';
import type { LinkChange } from '../world-links.js';
import type { LinkState, StatefulLinks } from './links.js';

/** Some of the links, and which. */
export interface Carrier {
  links: StatefulLinks;
  carries(link: string): boolean;
}

export class CarriedLinks implements StatefulLinks {
  readonly #carriers: readonly Carrier[];

  /** Each link is carried by one of them. */
  constructor(carriers: readonly Carrier[]) {
    this.#carriers = carriers;
  }

  apply(fault: string, change: LinkChange): Promise<Span> {
    return joined(this.#carriers.map(({ links, carries }) => links.apply(fault, partOf(change, carries))));
  }

  heal(fault: string): Promise<Span> {
    return joined(this.#carriers.map(({ links }) => links.heal(fault)));
  }

  async state(link: string): Promise<LinkState> {
    const carrier = this.#carriers.find(({ carries }) => carries(link));
    if (!carrier) throw new InternalError({ expected: 'the name of a link', found: `"${link}"` });
    return carrier.links.state(link);
  }

  async close(): Promise<void> {
    await settled(this.#carriers.map(({ links }) => links.close()));
  }
}

/** What of a change is about these links; it may be nothing. */
function partOf(change: LinkChange, carries: (link: string) => boolean): LinkChange {
  if ('toxics' in change) return { toxics: change.toxics.filter(({ link }) => carries(link)) };
  return { mode: change.mode, cuts: change.cuts.filter(({ link }) => carries(link)) };
}

/** From the first part of any of them to the last. */
async function joined(parts: readonly Promise<Span>[]): Promise<Span> {
  const done = await settled(parts);
  return { at: Math.min(...done.map(({ at }) => at)), last: Math.max(...done.map(({ last }) => last)) };
}

/** Waits for all of them, also where one fails, so that nothing is still under way afterwards. */
async function settled<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
