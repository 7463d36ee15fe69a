/**
 * The gate of one node: the packet filter through which everything goes that comes in to it. It is made as the faults
 * want it, one change after the other, and asked what it holds.
 */
import { Turns } from '../../../turns.js';
import type { PacketFilter } from '../edges.js';
import type { PacketCut } from './packet-cuts.js';
import { baseRules, chainRules, type HeldCut, heldCuts, rulesOf, type Sender } from './packet-rules.js';

export class PacketGate {
  readonly #filter: PacketFilter;
  /** By name. */
  readonly #senders: ReadonlyMap<string, Sender>;
  #wanted: PacketCut[] = [];
  /** What each chain was last told; undefined where nobody knows whether that came about. */
  readonly #told = new Map<string, string | undefined>();
  readonly #changes = new Turns();

  constructor(filter: PacketFilter, senders: ReadonlyMap<string, Sender>) {
    this.#filter = filter;
    this.#senders = senders;
    for (const { chain } of senders.values()) this.#told.set(chain, '');
  }

  open(): Promise<void> {
    return this.#filter.load(baseRules([...this.#senders.values()]));
  }

  /** Adds cuts to what is wanted. */
  stop(cuts: readonly PacketCut[]): Promise<void> {
    this.#wanted.push(...cuts);
    return this.#settle();
  }

  /** Takes the cuts of a fault from what is wanted. */
  pass(fault: string): Promise<void> {
    this.#wanted = this.#wanted.filter((cut) => cut.fault !== fault);
    return this.#settle();
  }

  /** What is held of packets from this sender. */
  async held(from: string): Promise<HeldCut[]> {
    const chain = this.#senders.get(from)?.chain;
    return heldCuts(await this.#filter.dump()).filter((cut) => cut.chain === chain);
  }

  /** Makes the filter as the faults want it by the time it is this call's turn. */
  #settle(): Promise<void> {
    return this.#changes.next(() => this.#load());
  }

  async #load(): Promise<void> {
    const changes = new Map<string, string[]>();
    for (const [name, { chain }] of this.#senders) {
      const rules = rulesOf(
        chain,
        this.#wanted.filter(({ from }) => from === name),
      );
      if (rules.join('\n') !== this.#told.get(chain)) changes.set(chain, rules);
    }
    if (changes.size === 0) return;
    try {
      await this.#filter.load(chainRules(changes));
      for (const [chain, rules] of changes) this.#told.set(chain, rules.join('\n'));
    } catch (error) {
      for (const chain of changes.keys()) this.#told.set(chain, undefined);
      if (await this.#isMet(changes)) return;
      throw error;
    }
  }

  /** Whether nothing is wanted and nothing is there: what somebody else has removed need not be removed again. */
  async #isMet(changes: ReadonlyMap<string, readonly string[]>): Promise<boolean> {
    if ([...changes.values()].some((rules) => rules.length > 0)) return false;
    const held = await this.#filter.dump().then(heldCuts, () => undefined);
    return held?.every(({ chain }) => !changes.has(chain)) ?? false;
  }
}
