/**
 * The standby's watch over its primary (trigger `standby`): when it is silent for the time-out, or its process
 * is not listed any more, the standby declares it failed and asks the supervisors for the next term. Where
 * there is no quorum it asks nobody: it fences the old primary, where there is fencing, and promotes itself.
 */
import { type Configuration, nextTerm } from './configuration.js';
import type { Core } from './core.js';
import { ProcessPoll } from './process-poll.js';
import { selfDeciding, stagger } from './settings.js';

interface Fence {
  id: number;
  target: string;
  term: number;
  askedAt: number;
  isDone: boolean;
}

export class Watch {
  readonly #core: Core;
  #heardAt: number;
  #everHeard = false;
  #declared = 0;
  #declaredAt = 0;
  #electAt = Number.NEGATIVE_INFINITY;
  readonly #poll: ProcessPoll;
  /** Since when this node has known of the primary in its term. */
  #knownSince = Number.NEGATIVE_INFINITY;
  /** The fence that was asked for last. It is one primary's in one term: of the next one it says nothing. */
  #fence: Fence | undefined;

  constructor(core: Core, now: number) {
    this.#core = core;
    this.#poll = new ProcessPoll(core.settings.detect.every);
    this.#heardAt = now;
  }

  /** The primary was heard. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#everHeard = true;
  }

  /** Another term, or it has begun: its primary gets the whole time-out. */
  reset(now: number): void {
    this.#heardAt = Math.max(this.#heardAt, now);
    this.#knownSince = now;
  }

  /** Looks at the primary. Returns the configuration with which this node is to promote itself, if it is. */
  check(now: number): Configuration | undefined {
    const { settings, configuration } = this.#core;
    if (settings.trigger !== 'standby' || configuration.version === 0) return undefined;
    if (settings.detect.kind === 'process') this.#list(now);
    if (!configuration.active || !configuration.inSync.includes(settings.name)) return undefined;
    const reason = this.#reason(now);
    if (!reason) return undefined;
    this.#declare(reason, now);
    if (selfDeciding(settings)) return this.#takeOver(reason, now);
    if (now - this.#electAt < settings.detect.interval) return undefined;
    this.#electAt = now;
    for (const supervisor of settings.supervisors)
      this.#core.out.send(supervisor, {
        type: 'elect',
        from: settings.name,
        term: configuration.term,
        reason,
      });
    return undefined;
  }

  listed(id: number, running: readonly string[] | undefined): void {
    this.#poll.answered(id, running);
  }

  fenced(id: number, ok: boolean, now: number): void {
    if (this.#fence?.id !== id) return;
    const { target, term } = this.#fence;
    this.#core.out.log({ at: now, event: ok ? 'fenced' : 'fence-failed', target, term });
    this.#fence.isDone = ok;
  }

  #reason(now: number): string | undefined {
    const { settings, configuration, awakeSince } = this.#core;
    const { timeout, kind } = settings.detect;
    const since = Math.max(this.#heardAt, awakeSince);
    const silent = now - since;
    const limit = this.#everHeard && kind === 'heartbeat' ? timeout : settings.grace;
    // One that has not heard the supervisors meanwhile either is deaf itself.
    const hears = selfDeciding(settings) || this.#core.heardQuorumAt() - since >= timeout / 2;
    const lost = silent > limit && hears;
    if (configuration.primary === settings.name) return lost ? 'this node is no longer primary' : undefined;
    const knownSince = Math.max(this.#knownSince, awakeSince);
    if (kind === 'process' && this.#poll.lacks(configuration.primary, knownSince))
      return this.#poll.lackText(now);
    return lost ? `no heartbeat for ${Math.round(silent)} ms` : undefined;
  }

  #declare(detail: string, now: number): void {
    const { out, configuration } = this.#core;
    const { term, primary } = configuration;
    if (this.#declared === term) return;
    this.#declared = term;
    this.#declaredAt = now;
    out.log({ at: now, event: 'declared', target: primary, term, detail });
  }

  #list(now: number): void {
    const id = this.#poll.due(now);
    if (id !== undefined) this.#core.out.put({ type: 'list', id });
  }

  #takeOver(detail: string, now: number): Configuration | undefined {
    const { settings, configuration, out, name } = this.#core;
    const standbys = settings.nodes.filter((node) => node !== configuration.primary);
    const rank = name === configuration.primary ? standbys.length : standbys.indexOf(name);
    if (now < this.#declaredAt + rank * 2 * stagger(settings)) return undefined;
    const { term, primary } = configuration;
    const last = this.#fence;
    const own = last?.term === term && last.target === primary ? last : undefined;
    if (settings.fencing && primary !== name && !own?.isDone) {
      const patience = settings.fencing.delay + 2 * settings.detect.timeout;
      if (!own || now - own.askedAt > patience) {
        const id = (last?.id ?? 0) + 1;
        this.#fence = { id, target: primary, term, askedAt: now, isDone: false };
        out.log({ at: now, event: 'fencing', target: primary, term, detail });
        out.put({ type: 'fence', id, target: primary });
      }
      if (settings.fencing.confirm) return undefined;
    }
    return {
      ...configuration,
      version: configuration.version + 1,
      term: nextTerm(settings, term),
      primary: name,
      incarnation: this.#core.incarnation,
      inSync: configuration.inSync.filter((node) => node === name || node !== primary),
    };
  }
}
