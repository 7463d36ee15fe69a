/** The virtual links of a world: changed and healed by faults, and each its own witness. */

import type { Clock } from '../../clock.js';
import { InternalError } from '../../errors.js';
import { type Span, spanOf } from '../../span.js';
import { type Look, type Seen, witnessEach } from '../../witness.js';
import type { LinkChange, Links, LinkView } from '../world-links.js';
import { describeHold, type SimLink } from './link.js';

export class SimLinks implements Links {
  readonly #clock: Clock;
  readonly #links: ReadonlyMap<string, SimLink>;

  constructor(clock: Clock, links: ReadonlyMap<string, SimLink>) {
    this.#clock = clock;
    this.#links = links;
  }

  link(name: string): SimLink {
    const link = this.#links.get(name);
    if (!link) throw new InternalError({ expected: 'the name of a link', found: `"${name}"` });
    return link;
  }

  async apply(fault: string, change: LinkChange): Promise<Span> {
    if ('toxics' in change) {
      for (const { link, ...toxic } of change.toxics) this.link(link).put({ fault, ...toxic });
    } else if (change.mode === 'refuse') {
      for (const { link } of change.cuts) this.link(link).refuse(fault);
    } else {
      const cut = { fault, type: change.mode, toxicity: 1, attributes: {} };
      for (const { link, streams } of change.cuts)
        for (const stream of streams) this.link(link).put({ ...cut, stream });
    }
    return spanOf(this.#clock, []);
  }

  async heal(fault: string): Promise<Span> {
    for (const link of this.#links.values()) link.free(fault);
    return spanOf(this.#clock, []);
  }

  /** It asks the links themselves what they would do with a message now, so no time is needed for it. */
  look(fault: string, { changed, open = [] }: LinkView): Promise<Seen> {
    const looks = [
      ...(changed ? this.#looksAt(fault, changed) : []),
      ...open.map((name) => () => this.#atOpen(fault, name)),
    ];
    return witnessEach(looks, async (look) => look());
  }

  #looksAt(fault: string, change: LinkChange): (() => Look)[] {
    if ('toxics' in change)
      return change.toxics.map(
        ({ link, type, stream }) =>
          () =>
            this.#atHeld(fault, link, [describeHold(type, stream)]),
      );
    const { mode, cuts } = change;
    return cuts.map(({ link, streams }) => () => {
      const held = mode === 'refuse' ? [mode] : streams.map((stream) => describeHold(mode, stream));
      const look = this.#atHeld(fault, link, held);
      const through = streams.filter((stream) => this.link(link).passes(stream));
      if (through.length === 0) return look;
      const observed = `${look.evidence.observed}; the ${through.join(' and the ')} passes`;
      return { ok: false, evidence: { ...look.evidence, observed } };
    });
  }

  #atHeld(fault: string, name: string, expected: readonly string[]): Look {
    const held = this.link(name).held(fault);
    const ok = expected.every((one) => held.includes(one));
    return { ok, evidence: { subject: name, expected: expected.join(', '), observed: told(held) } };
  }

  #atOpen(fault: string, name: string): Look {
    const link = this.link(name);
    const observed = told(link.held());
    return {
      ok: link.held(fault).length === 0,
      evidence: { subject: name, expected: 'nothing of this fault', observed },
    };
  }
}

function told(held: readonly string[]): string {
  return held.join(', ') || 'nothing';
}
