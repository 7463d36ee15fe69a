/**
 * Selectors name targets in a drill file:
 *
 *     a                     a node; supervisor-1, client:west and power likewise
 *     primary, standby      whoever has the role now, and so runs; standby is all of them
 *     supervisor            all supervisors
 *     site:east             all nodes with the tag
 *     any standby           one of them, at random
 *     all standby           all of them
 *     random 2 standby      so many of them, at random
 *     killed, paused        what earlier steps killed or paused
 */
import { type Random, shuffle } from '../random.js';

export const ROLES = ['primary', 'standby', 'supervisor'] as const;
/** A role that selectors know; `client:<group>` is a name. */
export type SelectorRole = (typeof ROLES)[number];

export type Selector =
  | { kind: 'name'; name: string }
  | { kind: 'tag'; tag: string }
  | { kind: 'role'; role: SelectorRole; take: 'all' | 'any' }
  | { kind: 'random'; role: SelectorRole; count: number }
  | { kind: 'killed' }
  | { kind: 'paused' };

/** Why a text is no selector; the parts are those of an error text. */
export interface SelectorError {
  kind: 'error';
  expected: string;
  /** The word that is wrong, and the words that could stand there. */
  word?: string;
  known?: readonly string[];
}

/** Who is there now. A node's role is the one observed, and is missing where it has none, as one that does not run. */
export interface TopologyView {
  nodes: readonly {
    name: string;
    kind: 'node' | 'supervisor' | 'client';
    role?: 'primary' | 'standby';
    tags: readonly string[];
  }[];
  killed: readonly string[];
  paused: readonly string[];
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const CLIENT = /^client:[a-z][a-z0-9_-]*$/;
const TAG = /^[a-z][a-z0-9_-]*:[A-Za-z0-9_.-]+$/;

export function parseSelector(text: string): Selector | SelectorError {
  const words = text.trim().split(/\s+/);
  const [first = '', second] = words;
  if (first === 'any' || first === 'all') {
    if (words.length !== 2) return { kind: 'error', expected: `\`${first} <role>\`` };
    return withRole(second, (role) => ({ kind: 'role', role, take: first }));
  }
  if (first === 'random') {
    const count = Number(second);
    if (words.length !== 3 || !/^[1-9]\d?$/.test(second ?? ''))
      return { kind: 'error', expected: '`random <n> <role>`, for example random 2 standby' };
    return withRole(words[2], (role) => ({ kind: 'random', role, count }));
  }
  if (words.length !== 1 || first === '')
    return { kind: 'error', expected: 'one name, role or tag, or `any`, `all` or `random <n>` and a role' };
  if (first === 'killed' || first === 'paused') return { kind: first };
  if (isRole(first)) return { kind: 'role', role: first, take: 'all' };
  if (NAME.test(first) || CLIENT.test(first)) return { kind: 'name', name: first };
  if (TAG.test(first)) return { kind: 'tag', tag: first };
  return { kind: 'error', expected: 'a node, a role, `client:<group>` or a tag such as site:east' };
}

function withRole(
  word: string | undefined,
  make: (role: SelectorRole) => Selector,
): Selector | SelectorError {
  if (word !== undefined && isRole(word)) return make(word);
  return {
    kind: 'error',
    expected: `a role: ${ROLES.join(', ')}`,
    ...(word !== undefined && { word }),
    known: ROLES,
  };
}

function isRole(word: string): word is SelectorRole {
  return ROLES.some((role) => role === word);
}

/**
 * The names that a selector stands for now, sorted, each once; none where nobody fits. `primary` is one node:
 * where several say that they are, the first by name.
 */
export function resolveSelector(selector: Selector, view: TopologyView, random: Random): string[] {
  switch (selector.kind) {
    case 'name':
      return [selector.name];
    case 'tag':
      return names(view, (node) => node.tags.includes(selector.tag));
    case 'killed':
      return [...new Set(view.killed)].sort();
    case 'paused':
      return [...new Set(view.paused)].sort();
    case 'random':
      return shuffle(random, withRoleNow(selector.role, view)).slice(0, selector.count).sort();
    case 'role': {
      const candidates = withRoleNow(selector.role, view);
      return selector.take === 'any' ? shuffle(random, candidates).slice(0, 1) : candidates;
    }
  }
}

function withRoleNow(role: SelectorRole, view: TopologyView): string[] {
  if (role === 'supervisor') return names(view, (node) => node.kind === 'supervisor');
  const found = names(view, (node) => node.kind === 'node' && node.role === role);
  return role === 'primary' ? found.slice(0, 1) : found;
}

function names(view: TopologyView, fits: (node: TopologyView['nodes'][number]) => boolean): string[] {
  return view.nodes
    .filter(fits)
    .map((node) => node.name)
    .sort();
}

/** The two sides of a link such as `primary->all standby`. */
export function parseLinkSelector(text: string): { from: string; to: string } | undefined {
  const sides = text.split('->').map((side) => side.trim());
  const [from, to] = sides;
  return sides.length === 2 && from && to ? { from, to } : undefined;
}
