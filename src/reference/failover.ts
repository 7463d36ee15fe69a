/**
 * The failover as a supervisor carries it out, step by step, each step following from the configuration:
 *
 *     active  -- declared --> choose a candidate, seal the next term
 *     sealed  -- fence the former primary, or wait until its lease has surely run out --> activate
 *     active  -- tell the new primary, until it serves
 *
 * The lowest in rank acts first, the next ones after a delay or once it is gone. Without fencing and lease
 * nothing is waited for; with fencing alone, a former primary that cannot be fenced keeps everybody waiting.
 */
import { activate, type Change, type Configuration, handOver, nextTerm, seal } from './configuration.js';
import type { Detector } from './detector.js';
import type { Outbox } from './effect.js';
import { type Settings, stagger } from './settings.js';

interface Fence {
  id: number;
  askedAt: number;
  state: 'asked' | 'done' | 'failed';
}

/** What is known of one former primary (a node in its term). None of it holds for another one. */
interface Evidence {
  /** When its lease has surely run out. */
  leaseOverAt: number;
  fence: Fence | undefined;
  /** Since when it surely does not serve. */
  clearSince: number | undefined;
}

function noEvidence(): Evidence {
  return { leaseOverAt: Number.POSITIVE_INFINITY, fence: undefined, clearSince: undefined };
}

function isSameFormer(one: Configuration, other: Configuration): boolean {
  return one.former?.node === other.former?.node && one.former?.term === other.former?.term;
}

export class Failover {
  readonly #settings: Settings;
  readonly #out: Outbox;
  readonly #detector: Detector;
  #known: Configuration;
  #knownSince: number;
  /** Of the former primary of the sealed term. */
  #evidence = noEvidence();
  /** The sealed term that this supervisor decided itself. */
  #sealed = 0;
  /** The term whose primary this supervisor told to start, and has not seen serving yet. */
  #promoting = 0;
  #declared: { term: number; at: number; why: string } | undefined;
  /** For the log: why this supervisor seals, or sealed, a term. */
  #why = '';
  #fences = 0;
  /** What the power device was asked and has not answered: it may answer after the term has begun. */
  readonly #orders = new Map<number, { target: string; term: number; at: number }>();

  constructor(settings: Settings, out: Outbox, detector: Detector, known: Configuration, now: number) {
    this.#settings = settings;
    this.#out = out;
    this.#detector = detector;
    this.#known = known;
    this.#knownSince = now;
    if (!known.active) this.#evidence.leaseOverAt = now + (settings.lease || 0);
  }

  /** `configuration` is decided; where it is sealed, the former lease is over at `leaseOverAt` at the latest. */
  learned(configuration: Configuration, leaseOverAt: number, now: number): void {
    const { version, term, active } = configuration;
    if (term < this.#known.term || (term === this.#known.term && version < this.#known.version)) return;
    // One that was cut off may go from one sealed term to another, and never see the primary in between.
    if (active || !isSameFormer(configuration, this.#known)) this.#evidence = noEvidence();
    if (!active) this.#evidence.leaseOverAt = Math.min(this.#evidence.leaseOverAt, leaseOverAt);
    if (term !== this.#known.term || active !== this.#known.active) this.#knownSince = now;
    this.#known = configuration;
  }

  /** `configuration` was decided by a change of this supervisor's own. */
  decided(configuration: Configuration, now: number): void {
    const { term, active, primary: target } = configuration;
    if (term < this.#known.term) return;
    if (!active) {
      this.#sealed = term;
      this.#out.log({ at: now, event: 'sealed', target, term, detail: this.#why });
    } else if (this.#knownSince === now) {
      this.#promoting = term;
      this.#out.log({ at: now, event: 'promoting', target, term });
    }
  }

  isUnderWay(now: number): boolean {
    return !this.#known.active || this.suspects(now) !== null;
  }

  /** The term whose primary this supervisor takes for failed. */
  suspects(now: number): number | null {
    const { active, term } = this.#known;
    if (!active || this.#heir(now)) return null;
    return this.#detector.reason(this.#known, this.#knownSince, now) ? term : null;
  }

  /** What is to be changed now by this supervisor, if anything. */
  act(now: number): Change | undefined {
    this.#watchPromotion(now);
    if (!this.#detector.hearsQuorum(now)) return undefined;
    return this.#known.active ? this.#replace(now) : this.#complete(now);
  }

  fenced(id: number, ok: boolean, now: number): void {
    const order = this.#orders.get(id);
    if (!order) return;
    this.#orders.delete(id);
    const { target, term, at } = order;
    const took = `after ${Math.round(now - at)} ms`;
    const detail = ok ? `confirmed ${took}` : `not confirmed ${took}`;
    this.#out.log({ at: now, event: ok ? 'fenced' : 'fence-failed', target, term, detail });
    const { fence } = this.#evidence;
    if (fence?.id === id) fence.state = ok ? 'done' : 'failed';
  }

  #watchPromotion(now: number): void {
    const { term, primary: target } = this.#known;
    if (this.#promoting !== term) return;
    const last = this.#detector.of(target);
    if (last?.term !== term || !last.serving) return;
    this.#promoting = 0;
    this.#out.log({ at: now, event: 'promoted', target, term });
  }

  /** The node for which the primary has stepped down, where it can take over. */
  #heir(now: number): string | undefined {
    const { primary, term, inSync } = this.#known;
    const last = this.#detector.of(primary);
    if (last?.term !== term || last.leading || last.yieldedTo === null) return undefined;
    const fit = inSync.includes(last.yieldedTo) && this.#detector.isAlive(last.yieldedTo, now);
    return fit ? last.yieldedTo : undefined;
  }

  /** The primary has failed, or has yielded: the next term. */
  #replace(now: number): Change | undefined {
    const { term, primary, inSync } = this.#known;
    const next = nextTerm(this.#settings, term);
    const heir = this.#heir(now);
    const reason = this.#detector.reason(this.#known, this.#knownSince, now);
    const declared = !heir && this.#detector.isDeclared(term, reason !== undefined, now);
    if (!heir && !declared) {
      this.#declared = undefined;
      return undefined;
    }
    if (this.#declared?.term !== term) {
      const detail = reason ?? 'the other supervisors suspect it';
      this.#declared = { term, at: now, why: `${primary}: ${detail}` };
      if (declared) this.#out.log({ at: now, event: 'declared', target: primary, term, detail });
    }
    if (now < this.#declared.at + this.#detector.rank(now) * stagger(this.#settings)) return undefined;
    if (heir) return handOver(this.#known, next, heir, inSync);
    this.#why = this.#declared.why;
    const [candidate, ...others] = this.#detector.candidates(this.#known, now);
    return candidate ? seal(this.#known, next, candidate, [candidate, ...others]) : undefined;
  }

  /** A term is sealed: make sure that the former primary does not serve, then activate it. */
  #complete(now: number): Change | undefined {
    if (!this.#isMine(now)) return undefined;
    const { primary, inSync } = this.#known;
    if (!this.#isClear(now)) return this.#detector.isAlive(primary, now) ? undefined : this.#other(now);
    this.#evidence.clearSince ??= now;
    const { clearSince } = this.#evidence;
    if (this.#settings.replication === 'sync')
      return this.#detector.isAlive(primary, now) ? activate(this.#known, primary) : this.#other(now);
    // The former primary acknowledges nothing any more: whose log reaches furthest is known once all have told.
    const told = inSync.every((node) => this.#detector.heardAt(node) > clearSince);
    const patience = 2 * this.#settings.detect.interval + stagger(this.#settings);
    if (!told && now < clearSince + patience) return undefined;
    const [best] = this.#detector.candidates(this.#known, now);
    return best ? activate(this.#known, best) : this.#other(now);
  }

  /** The sealed term's primary is gone: the next term, with another one. */
  #other(now: number): Change | undefined {
    const [candidate, ...others] = this.#detector.candidates(this.#known, now);
    if (!candidate) return undefined;
    this.#why = `${this.#known.primary}: chosen, and not heard any more`;
    return seal(this.#known, nextTerm(this.#settings, this.#known.term), candidate, [candidate, ...others]);
  }

  #isMine(now: number): boolean {
    if (this.#sealed === this.#known.term) return true;
    const { detect, fencing, lease } = this.#settings;
    const patience = (lease || 0) + (fencing ? fencing.delay : 0) + 2 * detect.timeout;
    // What went on while this supervisor slept is no reason to do it again.
    const since = Math.max(this.#knownSince, this.#detector.awakeSince);
    return now >= since + patience + this.#detector.rank(now) * 2 * stagger(this.#settings);
  }

  /** Whether the former primary surely does not serve, as far as the settings want that to be sure. */
  #isClear(now: number): boolean {
    const { former, primary } = this.#known;
    const { fencing, lease } = this.#settings;
    if (!former || former.node === primary || this.#detector.hasLeft(former.node, former.term)) return true;
    if (fencing) {
      this.#keepFencing(former.node, now);
      if (this.#evidence.fence?.state === 'done' || !fencing.confirm) return true;
    }
    // A lease that has run out is as good as a fence, which may have failed, or hang.
    return lease === false ? !fencing : now >= this.#evidence.leaseOverAt;
  }

  #keepFencing(target: string, now: number): void {
    const { fencing, detect } = this.#settings;
    const patience = (fencing ? fencing.delay : 0) + 2 * detect.timeout;
    const { fence } = this.#evidence;
    if (fence?.state === 'asked' && now - fence.askedAt > patience) this.fenced(fence.id, false, now);
    if (fence && (fence.state !== 'failed' || now - fence.askedAt < detect.timeout)) return;
    const id = ++this.#fences;
    this.#evidence.fence = { id, askedAt: now, state: 'asked' };
    const { term } = this.#known;
    this.#orders.set(id, { target, term, at: now });
    const waited = Math.round(now - this.#knownSince);
    const detail =
      this.#sealed === term
        ? this.#why
        : `another supervisor sealed the term ${waited} ms ago, and it has not begun`;
    this.#out.log({ at: now, event: 'fencing', target, term, detail });
    this.#out.put({ type: 'fence', id, target });
  }
}
