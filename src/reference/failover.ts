/**
 * The failover as a supervisor carries it out, step by step, each step following from the configuration:
 *
 *     active  -- declared --> choose a successor, seal the next term
 *     sealed  -- the successor brings its log to those that are there; meanwhile fence the former primary, or wait
 *                until its lease has surely run out --> activate
 *     active  -- tell the new primary, until it serves
 *
 * The lowest in rank acts first, the next ones after a delay or once it is gone. Without fencing and lease
 * nothing is waited for; with fencing alone, a former primary that cannot be fenced keeps everybody waiting.
 */
import { Clearance } from './clearance.js';
import {
  activate,
  type Change,
  type Configuration,
  type Disks,
  handOver,
  isFirst,
  nextTerm,
  type Successor,
  seal,
} from './configuration.js';
import type { Detector } from './detector.js';
import type { Outbox } from './effect.js';
import { isAhead } from './entry.js';
import type { Establishing } from './message.js';
import { type Settings, stagger } from './settings.js';

export class Failover {
  readonly #settings: Settings;
  readonly #out: Outbox;
  readonly #detector: Detector;
  #known: Configuration;
  /** Nobody was primary before: that the first one begins is no failover. */
  #isFirst = false;
  #knownSince: number;
  readonly #clearance: Clearance;
  /** The sealed term that this supervisor decided itself. */
  #sealed = 0;
  /** The term whose primary this supervisor told to start, and has not seen serving yet. */
  #promoting = 0;
  #declared: { term: number; at: number; why: string } | undefined;
  /** When the sealed term's primary was last told to begin. */
  #begunAt = Number.NEGATIVE_INFINITY;
  /** For the log: why this supervisor seals, or sealed, a term. */
  #why = '';

  constructor(settings: Settings, out: Outbox, detector: Detector, known: Configuration, now: number) {
    this.#settings = settings;
    this.#out = out;
    this.#detector = detector;
    this.#known = known;
    this.#knownSince = now;
    this.#clearance = new Clearance(settings, out, detector, known, now);
  }

  /** `configuration` is decided; where it is sealed, the former lease is over at `leaseOverAt` at the latest. */
  learned(configuration: Configuration, leaseOverAt: number, now: number): void {
    const { version, term, active } = configuration;
    if (term < this.#known.term || (term === this.#known.term && version < this.#known.version)) return;
    this.#clearance.learned(configuration, leaseOverAt);
    if (term !== this.#known.term || active !== this.#known.active) this.#knownSince = now;
    this.#isFirst = isFirst(this.#known);
    this.#known = configuration;
  }

  /** `configuration` was decided by a change of this supervisor's own. */
  decided(configuration: Configuration, now: number): void {
    const { term, active, primary: target } = configuration;
    if (term < this.#known.term) return;
    if (!active) {
      this.#sealed = term;
      this.#out.log({ at: now, event: 'sealed', target, term, detail: this.#why });
    } else if (this.#knownSince === now && !this.#isFirst) {
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
    this.#clearance.fenced(id, ok, now);
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
    const fit = inSync.includes(last.yieldedTo) && this.#detector.isFit(last.yieldedTo, this.#known, now);
    return fit ? last.yieldedTo : undefined;
  }

  /** The primary has failed, or has yielded: the next term. */
  #replace(now: number): Change | undefined {
    const { term, primary } = this.#known;
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
    if (heir) return handOver(this.#known, next, this.#successor(heir));
    this.#why = this.#declared.why;
    return this.#choose(now);
  }

  #choose(now: number): Change | undefined {
    const [candidate] = this.#detector.candidates(this.#known, now);
    const next = nextTerm(this.#settings, this.#known.term);
    return candidate === undefined ? undefined : seal(this.#known, next, this.#successor(candidate));
  }

  /** A node in the life in which it was heard last. */
  #successor(node: string): Successor {
    return { node, incarnation: this.#detector.of(node)?.incarnation ?? null };
  }

  /** A term is sealed: have its primary bring its log to the others, make sure that the former one does not serve. */
  #complete(now: number): Change | undefined {
    if (!this.#isMine(now)) return undefined;
    const waited = Math.round(now - this.#knownSince);
    const others = `another supervisor sealed the term ${waited} ms ago, and it has not begun`;
    const why = this.#sealed === this.#known.term ? this.#why : others;
    const isClear = this.#clearance.isClear(why, now);
    const failure = this.#failure(now);
    if (failure) return this.#other(failure, now);
    const last = this.#detector.of(this.#known.primary);
    if (last?.term !== this.#known.term || !last.leading) return undefined;
    if (!last.establishing) return this.#settings.replication === 'sync' ? undefined : this.#begin(now);
    const holders = isClear ? this.#holders(last.establishing, now) : undefined;
    return holders && activate(this.#known, last.incarnation, holders);
  }

  /** Why the sealed term's primary is not waited for any more. */
  #failure(now: number): string | undefined {
    const { detect } = this.#settings;
    const { primary } = this.#known;
    const detector = this.#detector;
    return (
      detector.idleness(this.#known, this.#knownSince, now) ?? detector.silence(primary, detect.timeout, now)
    );
  }

  /** The sealed term's primary has failed in its turn: the next term, with another one. */
  #other(failure: string, now: number): Change | undefined {
    const { primary: target, term } = this.#known;
    this.#why = `${target}: chosen, and ${failure}`;
    if (isFirst(this.#known) && this.#declared?.term !== term) {
      this.#declared = { term, at: now, why: this.#why };
      this.#out.log({ at: now, event: 'declared', target, term, detail: failure });
    }
    return this.#choose(now);
  }

  /**
   * Not everybody in sync has everything: once they have answered in this term, and so take nothing from the former
   * primary any more, the one whose log reaches furthest may begin. Who does not answer is not waited for long.
   */
  #begin(now: number): Change | undefined {
    const { primary, term, inSync, former } = this.#known;
    const { detect, name } = this.#settings;
    const answered = (node: string) => this.#detector.hasAnswered(node, term);
    const told = inSync.every((node) => answered(node) || node === former?.node);
    if (!told && now < this.#knownSince + 2 * detect.interval) return undefined;
    const own = this.#detector.positionOf(primary);
    const able = (node: string) => answered(node) && this.#detector.isFit(node, this.#known, now);
    if (inSync.some((node) => able(node) && isAhead(this.#detector.positionOf(node), own))) {
      this.#why = `${primary}: chosen, and another has more`;
      return this.#choose(now);
    }
    if (now - this.#begunAt < detect.interval / 2) return undefined;
    this.#begunAt = now;
    this.#out.send(primary, { type: 'begin', from: name, term });
    return undefined;
  }

  /** Who is in sync from now on; undefined while one is to be waited for that is there. */
  #holders({ holders, awaited }: Establishing, now: number): Disks | undefined {
    const { primary, inSync } = this.#known;
    if (!(primary in holders)) return undefined;
    if (this.#settings.replication === 'sync' || isFirst(this.#known)) {
      const lacking = inSync.some(
        (node) => !(node in holders) && awaited.includes(node) && this.#isThere(node, now),
      );
      return lacking ? undefined : holders;
    }
    const there = inSync.filter((node) => node in holders || this.#isThere(node, now));
    return Object.fromEntries(
      there.flatMap((node) => {
        const disk = holders[node] ?? this.#detector.of(node)?.disk;
        return disk === undefined ? [] : [[node, disk]];
      }),
    );
  }

  /** Whether it is to be waited for. At the very beginning everybody is; then not one that may have just failed. */
  #isThere(node: string, now: number): boolean {
    const { former, term } = this.#known;
    if (!former) return true;
    const mayHaveFailed = node === former.node && !this.#detector.hasAnswered(node, term);
    return !mayHaveFailed && this.#detector.isFit(node, this.#known, now);
  }

  #isMine(now: number): boolean {
    if (this.#sealed === this.#known.term) return true;
    const turn = this.#detector.rank(now) * 2 * stagger(this.#settings);
    const { detect, fencing, lease } = this.#settings;
    const patience = isFirst(this.#known)
      ? 0
      : (lease || 0) + (fencing ? fencing.delay : 0) + 2 * detect.timeout;
    // What went on while this supervisor slept is no reason to do it again.
    const since = Math.max(this.#knownSince, this.#detector.awakeSince);
    return now >= since + patience + turn;
  }
}
