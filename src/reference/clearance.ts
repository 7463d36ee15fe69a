/**
 * Whether the former primary of a sealed term surely does not serve any more: it said so itself, or its power is off, or
 * its lease has run out. What is known of one former primary (a node in its term) says nothing of another one.
 */
import type { Configuration } from './configuration.js';
import type { Detector } from './detector.js';
import type { Outbox } from './effect.js';
import type { Settings } from './settings.js';

interface Fence {
  id: number;
  askedAt: number;
  state: 'asked' | 'done' | 'failed';
}

function isSameFormer(one: Configuration, other: Configuration): boolean {
  return one.former?.node === other.former?.node && one.former?.term === other.former?.term;
}

export class Clearance {
  readonly #settings: Settings;
  readonly #out: Outbox;
  readonly #detector: Detector;
  #known: Configuration;
  /** When its lease has surely run out. */
  #leaseOverAt = Number.POSITIVE_INFINITY;
  #fence: Fence | undefined;
  #fences = 0;
  /** What the power device was asked and has not answered: it may answer after the term has begun. */
  readonly #orders = new Map<number, { target: string; term: number; at: number }>();

  constructor(settings: Settings, out: Outbox, detector: Detector, known: Configuration, now: number) {
    this.#settings = settings;
    this.#out = out;
    this.#detector = detector;
    this.#known = known;
    if (!known.active) this.#leaseOverAt = now + (settings.lease || 0);
  }

  /** `configuration` is decided; where it is sealed, the former lease is over at `leaseOverAt` at the latest. */
  learned(configuration: Configuration, leaseOverAt: number): void {
    // One that was cut off may go from one sealed term to another, and never see the primary in between.
    if (configuration.active || !isSameFormer(configuration, this.#known)) {
      this.#leaseOverAt = Number.POSITIVE_INFINITY;
      this.#fence = undefined;
    }
    if (!configuration.active) this.#leaseOverAt = Math.min(this.#leaseOverAt, leaseOverAt);
    this.#known = configuration;
  }

  /** Whether it surely does not serve, as far as the settings want that to be sure. `why`: for the log, why it is fenced. */
  isClear(why: string, now: number): boolean {
    const { former, primary } = this.#known;
    const { fencing, lease } = this.#settings;
    if (!former || former.node === primary || this.#detector.hasLeft(former.node, former.term)) return true;
    if (fencing) {
      this.#keepFencing(former.node, why, now);
      if (this.#fence?.state === 'done' || !fencing.confirm) return true;
    }
    // A lease that has run out is as good as a fence, which may have failed, or hang.
    return lease === false ? !fencing : now >= this.#leaseOverAt;
  }

  fenced(id: number, ok: boolean, now: number): void {
    const order = this.#orders.get(id);
    if (!order) return;
    this.#orders.delete(id);
    const { target, term, at } = order;
    const took = `after ${Math.round(now - at)} ms`;
    const detail = ok ? `confirmed ${took}` : `not confirmed ${took}`;
    this.#out.log({ at: now, event: ok ? 'fenced' : 'fence-failed', target, term, detail });
    if (this.#fence?.id === id) this.#fence.state = ok ? 'done' : 'failed';
  }

  #keepFencing(target: string, detail: string, now: number): void {
    const { fencing, detect } = this.#settings;
    const patience = (fencing ? fencing.delay : 0) + 2 * detect.timeout;
    const fence = this.#fence;
    if (fence?.state === 'asked' && now - fence.askedAt > patience) this.fenced(fence.id, false, now);
    if (fence && (fence.state !== 'failed' || now - fence.askedAt < detect.timeout)) return;
    const id = ++this.#fences;
    this.#fence = { id, askedAt: now, state: 'asked' };
    const { term } = this.#known;
    this.#orders.set(id, { target, term, at: now });
    this.#out.log({ at: now, event: 'fencing', target, term, detail });
    this.#out.put({ type: 'fence', id, target });
  }
}
