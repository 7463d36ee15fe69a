/** The toxics of one proxy, in the order in which bytes pass them, and the links that they work on. */
import type { Clock } from '../clock.js';
import type { Random } from '../random.js';
import { invalidStream, invalidToxicType, toxicAlreadyExists, toxicNotFound } from './api-error.js';
import type { Direction, InstalledToxic } from './installed-toxic.js';
import { type Reader, readBody, readFloat, readInteger, readObject, readString } from './json/fields.js';
import { Link, type LinkOptions } from './link.js';
import type { ToxicType } from './toxic.js';
import { toxicTypes } from './toxic-types.js';
import { noop } from './toxics/noop.js';

export class ToxicCollection {
  readonly #chains: Record<Direction, InstalledToxic[]> = { upstream: [], downstream: [] };
  readonly #links = new Set<Link>();

  constructor(
    readonly clock: Clock,
    readonly random: Random,
  ) {}

  /** Every toxic, upstream before downstream. */
  list(): InstalledToxic[] {
    return [...this.#chains.upstream, ...this.#chains.downstream];
  }

  /** Whether connections that are made now are to be closed by a reset. */
  get abortive(): boolean {
    return this.list().some(({ definition }) => definition.abortive);
  }

  /** Throws a 404 `ApiError`. */
  get(name: string): InstalledToxic {
    const toxic = this.list().find((candidate) => candidate.name === name);
    if (!toxic) throw toxicNotFound();
    return toxic;
  }

  /** Adds a toxic to the end of its chain and to every live connection. Throws an `ApiError`. */
  add(body: Buffer): InstalledToxic {
    const toxic = readToxic(body);
    if (this.list().some(({ name }) => name === toxic.name)) throw toxicAlreadyExists();
    readBody(body, readAttributes('', toxic.definition, toxic));
    this.#chains[toxic.direction].push(toxic);
    for (const link of this.#linksOf(toxic)) link.addToxic(toxic);
    return toxic;
  }

  /** Changes attributes and toxicity, on live connections too. Throws an `ApiError`, and then changes nothing. */
  update(name: string, body: Buffer): InstalledToxic {
    const toxic = this.get(name);
    const { toxicity, attributes, digits } = toxic;
    const changed = { toxicity, attributes: { ...attributes }, digits: { ...digits } };
    readBody(body, readUpdate(toxic.definition, changed));
    Object.assign(toxic, changed);
    for (const link of this.#linksOf(toxic)) link.updateToxic(toxic);
    return toxic;
  }

  /** Throws a 404 `ApiError`. */
  remove(name: string): void {
    this.#remove(this.get(name));
  }

  reset(): void {
    for (const toxic of this.list()) this.#remove(toxic);
  }

  /** Starts a link that has this collection's toxics from now on; call the result when the link has ended. */
  startLink(options: Omit<LinkOptions, 'clock' | 'random'>): () => void {
    const link = new Link({ ...options, clock: this.clock, random: this.random });
    this.#links.add(link);
    link.start(this.#chains[options.direction]);
    return () => this.#links.delete(link);
  }

  #remove(toxic: InstalledToxic): void {
    const chain = this.#chains[toxic.direction];
    chain.splice(chain.indexOf(toxic), 1);
    for (const link of this.#linksOf(toxic)) link.removeToxic(toxic);
  }

  #linksOf({ direction }: InstalledToxic): Link[] {
    return [...this.#links].filter((link) => link.options.direction === direction);
  }
}

type Given = Pick<InstalledToxic, 'attributes' | 'digits'>;

/** Everything but the attributes, which can only be read when the type is known. */
function readToxic(body: Buffer): InstalledToxic {
  const input = { name: '', type: '', stream: 'downstream', toxicity: 1 };
  readBody(
    body,
    readObject(
      { name: 'ToxicWrapper', text: 'toxics.ToxicWrapper' },
      {
        attributes: readObject({ name: noop.struct, text: `toxics.${noop.struct}` }, {}),
        name: readString(input, 'name'),
        type: readString(input, 'type'),
        stream: readString(input, 'stream'),
        toxicity: readFloat(input, 'toxicity'),
      },
    ),
  );
  const direction = input.stream.toLowerCase();
  if (direction !== 'upstream' && direction !== 'downstream') throw invalidStream();
  const definition = toxicTypes.get(input.type);
  if (!definition) throw invalidToxicType();
  const attributes = Object.fromEntries(Object.keys(definition.attributes).map((name) => [name, 0]));
  const name = input.name || `${input.type}_${input.stream}`;
  return { ...input, name, direction, definition, attributes, digits: {} };
}

function readAttributes(struct: string, { struct: name, attributes: types }: ToxicType, into: Given): Reader {
  const fields = Object.entries(types).map(([field, type]) => {
    const read = readInteger(type, (value, digits) => {
      into.attributes[field] = value;
      into.digits[field] = digits;
    });
    return [field, read] as const;
  });
  const attributes = readObject({ name, text: `toxics.${name}` }, Object.fromEntries(fields));
  return readObject({ name: struct, text: 'struct' }, { attributes });
}

function readUpdate(definition: ToxicType, into: Given & { toxicity: number }): Reader {
  const text =
    'struct { Attributes interface {} "json:\\"attributes\\""; Toxicity float32 "json:\\"toxicity\\"" }';
  const fields = { attributes: () => undefined, toxicity: readFloat(into, 'toxicity') };
  return (value, place) => {
    readObject({ name: '', text }, fields)(value, place);
    if (value.kind === 'object') readAttributes('', definition, into)(value, place);
  };
}
