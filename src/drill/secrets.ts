/**
 * What may be secret in a drill: the environment and the `files` of its nodes, the headers of its clients, and whatever was
 * filled in from the environment of whoever runs it. Nobody sees it in what a run leaves behind:
 *
 *     environment: { PASSWORD: hunter22 }             environment: { PASSWORD: ***5f1c09ab }
 *     command: [redis-server, --requirepass, hunter22]    [redis-server, --requirepass, ***5f1c09ab]
 *
 * The digits are a keyed digest: equal values have equal ones within a run, and nobody can try values out.
 */

import { createHmac } from 'node:crypto';
import type { Parts } from './parts.js';
import { type Drill, type DrillFile, encodeDrill } from './schema.js';

/** A shorter value is too likely a word by chance: it is hidden where it is a value, not within a text. */
const SHORTEST = 6;
/** Whose values are hidden whatever they are, and in whose texts they are. What else there is has a form to keep. */
const HIDING: ReadonlySet<string> = new Set(['environment', 'files', 'headers', 'args']);
const TEXTS: ReadonlySet<string> = new Set(['command', 'entrypoint', 'healthcheck']);
/** The free text in an event; other values of events are the tool's own words. */
const FREE: ReadonlySet<string> = new Set(['message', 'detail', 'error', 'text', 'expected', 'observed']);

const filledIn = new WeakMap<Drill, readonly string[]>();

/** Notes which values of the drill came from the environment. */
export function noteFilledIn(drill: Drill, values: readonly string[]): void {
  filledIn.set(drill, values);
}

export function filledInOf(drill: Drill): readonly string[] {
  return filledIn.get(drill) ?? [];
}

/** Whether a value is what stands in the place of one that is hidden. */
export function isMasked(value: unknown): boolean {
  return typeof value === 'string' && /^\*{3}[0-9a-f]{8}$/.test(value);
}

export class Mask {
  readonly #key: string;
  readonly #secrets: readonly string[];

  /** `key` is the run's own, and kept nowhere. */
  constructor(drill: Drill, key: string) {
    this.#key = key;
    const { system } = drill.topology;
    const headers =
      typeof system === 'object' && 'http' in system ? Object.values(system.http.headers ?? {}) : [];
    const values = new Set([...filledInOf(drill), ...headers].filter((value) => value.length >= SHORTEST));
    // A longer one first: it may hold a shorter one.
    this.#secrets = [...values].sort((one, other) => other.length - one.length);
  }

  /** The drill in the form of a drill file. */
  drill(drill: Drill, parts: Parts): DrillFile {
    return this.#within(encodeDrill(drill, parts)) as DrillFile;
  }

  event<Body extends object>(body: Body): Body {
    if (this.#secrets.length === 0) return body;
    return this.#free(body) as Body;
  }

  #text(text: string): string {
    return this.#secrets.reduce((rest, secret) => rest.replaceAll(secret, this.#digest(secret)), text);
  }

  #digest(value: string): string {
    return `***${createHmac('sha256', this.#key).update(value).digest('hex').slice(0, 8)}`;
  }

  #within(value: unknown, isText = false): unknown {
    if (typeof value === 'string') return isText ? this.#text(value) : value;
    if (Array.isArray(value)) return value.map((one) => this.#within(one, isText));
    return mapped(value, (held, key) =>
      HIDING.has(key) ? this.#hidden(held) : this.#within(held, isText || TEXTS.has(key)),
    );
  }

  #hidden(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.#hidden(one));
    if (typeof value === 'object') return mapped(value, (held) => this.#hidden(held));
    return this.#digest(String(value));
  }

  #free(value: unknown, isFree = false): unknown {
    if (typeof value === 'string') return isFree ? this.#text(value) : value;
    if (Array.isArray(value)) return value.map((one) => this.#free(one, isFree));
    return mapped(value, (held, key) => this.#free(held, FREE.has(key)));
  }
}

/** A map with other values; anything else as it is. */
function mapped(value: unknown, change: (held: unknown, key: string) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, change(held, key)]));
}
