/**
 * From the text of a drill file to plain values, and from a path in them back to the place in the text.
 *
 * Only what a drill needs of YAML is taken: one document of maps with plain keys, lists and scalars, and a few
 * anchors. Nesting is limited before anything recursive sees the text, and aliases by what they expand to, so
 * that no file can make the reader slow.
 */
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { found, type Path, type PlacedProblem, quoted } from './problem.js';
import type { Range, Source } from './source.js';
import { parseSyntax, TAG } from './syntax.js';

/** The content of a drill file: values, and where each of them stands. */
export interface Content {
  value: unknown;
  /** Where the value (or the key) at `path` is; for one that is not there, the nearest that holds it. */
  rangeOf(path: Path, on?: 'key'): Range;
  /** Maps and lists that take the place of others as a whole (`!override`); there are none in drill files. */
  replacing: WeakSet<object>;
}

/** In the place of what a Compose file takes away of another (`!reset`). */
export const RESET = Symbol('!reset');
const [RESETS, OVERRIDES] = ['!reset', '!override'];

type Reading = { content: Content } | { problems: PlacedProblem[] };

const MOST_VALUES = 20_000;
const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** `compose`: whether maps may take in the keys of others, with `<<`, and Compose's own tags are known. */
export function readDocument(source: Source, { compose = false } = {}): Reading {
  const parsed = parseSyntax(source);
  if ('problems' in parsed) return parsed;
  const { root } = parsed;
  if (!root) return { problems: [{ ...EMPTY, range: { start: 0, end: 0 } }] };
  const values = new Values(compose);
  const value = values.read(root);
  if (values.problems.length > 0) return { problems: values.problems };
  const { replacing, targets } = values;
  return { content: { value, replacing, rangeOf: (path, on) => rangeOf(root, targets, path, on) } };
}

const MERGE_KEY = {
  message: 'merge keys (<<) are not part of the drill language',
  todo: 'write the keys out',
};
const EMPTY = {
  expected: 'a drill',
  found: 'nothing in the file',
  todo: 'write one with `drill init`',
};

/** What a node came to: its value, and how many values that is with everything below it. */
interface Known {
  node: Node;
  value: unknown;
  size: number;
}

/** Reads nodes into plain values and collects what is wrong with them. */
class Values {
  readonly problems: PlacedProblem[] = [];
  /** What each alias stands for. */
  readonly targets = new Map<Alias, Node>();
  readonly replacing = new WeakSet<object>();
  readonly #anchors = new Map<string, Known | 'open'>();
  #count = 0;
  #full = false;

  constructor(readonly compose: boolean) {}

  read(node: Node): unknown {
    if (isAlias(node)) return this.#alias(node);
    if (!this.#take(node, 1)) return null;
    if (this.compose && node.tag === RESETS) return RESET;
    const isReplacing = this.compose && node.tag === OVERRIDES;
    if (node.tag !== undefined && !isReplacing) this.#refuse(node, TAG);
    const anchor = 'anchor' in node ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, 'open');
    const before = this.#count;
    const value = this.#value(node);
    if (isReplacing && typeof value === 'object' && value !== null) this.replacing.add(value);
    if (anchor !== undefined) this.#anchors.set(anchor, { node, value, size: this.#count - before + 1 });
    return value;
  }

  #value(node: Node): unknown {
    if (isMap(node)) return this.#map(node);
    if (isSeq(node)) return node.items.map((item) => (item ? this.read(item as Node) : null));
    return isScalar(node) ? node.value : null;
  }

  #map(map: YAMLMap): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    const merged: unknown[] = [];
    for (const pair of map.items as Pair<Node, Node | null>[]) {
      if (this.compose && isMerge(pair)) {
        merged.push(...this.#merged(pair));
        continue;
      }
      const key = this.#key(map, pair.key, value);
      const held = pair.value ? this.read(pair.value) : null;
      if (key !== null) value[key] = held;
    }
    // What is written in the map itself comes first, then the maps that it takes in, in their order.
    for (const other of merged)
      for (const key of Object.keys(other as object)) {
        if (!Object.hasOwn(value, key)) value[key] = (other as Record<string, unknown>)[key];
      }
    return value;
  }

  /** The maps that a `<<` takes in. */
  #merged({ key, value }: Pair<Node, Node | null>): object[] {
    const held = value ? this.read(value) : null;
    const maps = Array.isArray(held) ? held : [held];
    if (maps.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one))) return maps;
    this.#refuse(value ?? key, { expected: 'a map to take in, or a list of maps', found: found(held) });
    return [];
  }

  #key(map: YAMLMap, node: Node | null, taken: object): string | null {
    const refuse = (text: Omit<PlacedProblem, 'range'>) => this.#refuse(node ?? map, text);
    if (!node || !isScalar(node)) return refuse({ expected: 'a plain key', found: nodeKind(node) });
    if (node.tag !== undefined) return refuse(TAG);
    const key = keyText(node);
    const other = { message: `a key cannot be ${quoted(key)}`, todo: 'choose another name' };
    if (key === '') return refuse({ expected: 'a plain key', found: 'an empty one' });
    if (key === '<<') return refuse(MERGE_KEY);
    if (FORBIDDEN_KEYS.includes(key)) return refuse(other);
    if (!Object.hasOwn(taken, key)) return key;
    return refuse({ message: `the key ${quoted(key)} is there twice in one map`, todo: 'keep one of them' });
  }

  #alias(node: Alias): unknown {
    const known = this.#anchors.get(node.source);
    if (known === undefined) {
      const message = `no anchor &${node.source} stands before this alias`;
      return this.#refuse(node, { message, todo: 'define it first, or write the value out' });
    }
    if (known === 'open')
      return this.#refuse(node, { message: `the alias *${node.source} stands for something that holds it` });
    if (!this.#take(node, known.size)) return null;
    this.targets.set(node, known.node);
    return known.value;
  }

  /** Counts values, aliases as what they stand for; false once there are too many. */
  #take(node: Node, size: number): boolean {
    this.#count += size;
    if (this.#count <= MOST_VALUES) return true;
    if (!this.#full) this.#refuse(node, { message: `more than ${MOST_VALUES} values`, todo: TOO_MANY });
    this.#full = true;
    return false;
  }

  #refuse(node: Node, text: Omit<PlacedProblem, 'range'>): null {
    this.problems.push({ ...text, range: nodeRange(node) });
    return null;
  }
}

const TOO_MANY = 'a drill needs a few hundred at most, counting what its aliases stand for';

function nodeKind(node: Node | null): string {
  if (!node) return 'none';
  if (isMap(node)) return 'a map';
  return isSeq(node) ? 'a list' : 'an alias';
}

/** A key as it is written: `1` and `true` are names like any other. */
function keyText(node: Scalar): string {
  return typeof node.value === 'string' ? node.value : (node.source ?? '');
}

function nodeRange(node: Node): Range {
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}

function rangeOf(root: Node, targets: Map<Alias, Node>, path: Path, on?: 'key'): Range {
  let node = root;
  let key: Node | undefined;
  for (const [index, part] of path.entries()) {
    const holder = isAlias(node) ? (targets.get(node) ?? node) : node;
    const next = isMap(holder)
      ? pairOf(holder, part, targets)
      : isSeq(holder)
        ? holder.items[Number(part)]
        : undefined;
    if (!next) return valueRange(node, key);
    const pair = isMap(holder) ? (next as Pair<Node, Node | null>) : undefined;
    key = pair?.key;
    const value = pair ? pair.value : (next as Node);
    if (key && (!value || (on === 'key' && index === path.length - 1))) return nodeRange(key);
    if (!value) break;
    node = value;
  }
  return valueRange(node, key);
}

function pairOf(
  map: YAMLMap,
  part: PropertyKey,
  targets: Map<Alias, Node>,
): Pair<Node, Node | null> | undefined {
  const items = map.items as Pair<Node, Node | null>[];
  const own = items.find((pair) => isScalar(pair.key) && keyText(pair.key) === String(part));
  if (own) return own;
  const resolved = (node: Node) => (isAlias(node) ? targets.get(node) : node);
  for (const { value } of items.filter(isMerge)) {
    const taken = value && resolved(value);
    for (const one of isSeq(taken) ? taken.items : [taken]) {
      const held = resolved(one as Node);
      const found = isMap(held) ? pairOf(held, part, targets) : undefined;
      if (found) return found;
    }
  }
  return undefined;
}

function isMerge({ key }: Pair<Node, Node | null>): boolean {
  return isScalar(key) && keyText(key) === '<<';
}

/** A scalar is pointed at itself; a map or a list at its key, or at where it begins. */
function valueRange(node: Node, key: Node | undefined): Range {
  if (isScalar(node) || isAlias(node)) {
    const range = nodeRange(node);
    return range.end > range.start || !key ? range : nodeRange(key);
  }
  if (key) return nodeRange(key);
  const { start } = nodeRange(node);
  return { start, end: start + 1 };
}
