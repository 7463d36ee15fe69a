/**
 * Links that no proxy carries: packets go straight from node to node on one network, and each node has a gate.
 *
 *     a ----------------------------------------> [gate] b
 *                  drop:    packets vanish; TCP sends them again, so after the heal they arrive
 *                  refuse:  connections are reset, at the next packet; the rest is told that there is nobody
 */
import { allEnded } from '../../../all-ended.js';
import type { Clock } from '../../../clock.js';
import { unknown } from '../../../errors.js';
import { type Span, spanned } from '../../../span.js';
import type { Stream } from '../../../topology/grudge.js';
import type { Link } from '../../../topology/links.js';
import type { LinkChange } from '../../world-links.js';
import type { PacketFilter } from '../edges.js';
import type { LinkState, StatefulLinks } from '../links.js';
import { cutName } from '../toxic-names.js';
import { type PacketCut, packetCuts, STREAMS } from './packet-cuts.js';
import { PacketGate } from './packet-gate.js';
import { chainOf, type HeldCut } from './packet-rules.js';
import type { Redirects } from './redirects.js';

export interface PacketLinksSetting {
  clock: Clock;
  /** Of each node, by name. */
  filters: ReadonlyMap<string, PacketFilter>;
  /** The links whose connections are led to proxies while they are not cut. */
  redirects: Redirects;
}

/** Sets up the gates, with nothing stopped. */
export function openPacketLinks(setting: PacketLinksSetting, links: readonly Link[]): Promise<PacketLinks> {
  return new PacketLinks(setting, links).open();
}

export class PacketLinks implements StatefulLinks {
  readonly #clock: Clock;
  readonly #redirects: Redirects;
  readonly #links: ReadonlyMap<string, Link>;
  readonly #gates: ReadonlyMap<string, PacketGate>;
  /** At whose gates each fault has something. */
  readonly #applied = new Map<string, Set<PacketGate>>();

  constructor({ clock, filters, redirects }: PacketLinksSetting, links: readonly Link[]) {
    this.#clock = clock;
    this.#redirects = redirects;
    this.#links = new Map(links.map((link) => [link.name, link]));
    const senders = [...filters].map(
      ([name, { address, mac }], at) => [name, { chain: chainOf(at + 1), address, mac }] as const,
    );
    this.#gates = new Map(
      [...filters].map(([name, filter]) => [
        name,
        new PacketGate(filter, new Map(senders.filter(([sender]) => sender !== name))),
      ]),
    );
  }

  async open(): Promise<this> {
    await allEnded([...this.#gates.values()].map((gate) => gate.open()));
    return this;
  }

  async apply(fault: string, change: LinkChange): Promise<Span> {
    const cuts = this.#cuts(fault, change);
    const gates = this.#applied.get(fault) ?? new Set();
    this.#applied.set(fault, gates);
    const receivers = [...new Set(cuts.map(({ to }) => to))];
    for (const to of receivers) gates.add(this.#gate(to));
    return spanned(this.#clock, () =>
      allEnded([
        ...receivers.map((to) => this.#gate(to).stop(cuts.filter((cut) => cut.to === to))),
        this.#redirects.apply(fault, change),
      ]),
    );
  }

  async heal(fault: string): Promise<Span> {
    const gates = [...(this.#applied.get(fault) ?? [])];
    const span = await spanned(this.#clock, () =>
      allEnded([...gates.map((gate) => gate.pass(fault)), this.#redirects.heal(fault)]),
    );
    this.#applied.delete(fault);
    return span;
  }

  async state(link: string): Promise<LinkState> {
    const { from, to } = this.#link(link);
    const [forth, back, astray] = await Promise.all([
      this.#gate(to).held(from),
      this.#gate(from).held(to),
      this.#redirects.astray(link),
    ]);
    const toxics = [...streamsOf(forth, 'forth'), ...streamsOf(back, 'back')];
    const refused = new Set(toxics.flatMap(({ type, stream }) => (type === 'REJECT' ? [stream] : [])));
    return { enabled: refused.size < 2, toxics, filtered: true, ...(astray ? { astray } : {}) };
  }

  /** The gates go with the nodes' network. */
  async close(): Promise<void> {
    this.#applied.clear();
  }

  #cuts(fault: string, change: LinkChange): PacketCut[] {
    if ('cuts' in change) return packetCuts(fault, change.mode, change.cuts, (link) => this.#link(link));
    const [first] = change.toxics;
    if (first) unknown(`no toxic on ${first.link}, which has no proxy`, first.type);
    return [];
  }

  #link(name: string): Link {
    return this.#links.get(name) ?? unknown('the name of a link between nodes', name);
  }

  #gate(node: string): PacketGate {
    return this.#gates.get(node) ?? unknown('the name of a node', node);
  }
}

/** What is held at one end of a link, as what it is for the link. */
function streamsOf(held: readonly HeldCut[], way: 'forth' | 'back'): LinkState['toxics'] {
  return held.flatMap(({ fault, share, target, packets }) => {
    const stream: Stream | undefined = STREAMS[share][way];
    return stream ? [{ name: cutName(fault, stream), type: target, stream, packets }] : [];
  });
}
