/** Whether the names and roles that selectors use exist in the topology, and fit where they stand. */
import {
  clientName,
  kindOf,
  linksOf,
  type MemberKind,
  memberNames,
  nodeNames,
  POWER,
  supervisorNames,
} from '../topology/links.js';
import { parseLinkSelector, parseSelector, ROLES, type Selector } from '../topology/selector.js';
import { found, type Path, type Problem, quoted } from './problem.js';
import type { Drill } from './schema.js';
import { advice, listed } from './suggest.js';

/** All that a selector can name in one drill. */
export interface Names {
  nodes: string[];
  /** The nodes with a role: all but dependencies. */
  members: string[];
  supervisors: string[];
  /** `client:app`, ... */
  clients: string[];
  tags: string[];
  links: string[];
}

export function namesOf({ topology, clients }: Drill): Names {
  return {
    nodes: nodeNames(topology),
    members: memberNames(topology),
    supervisors: supervisorNames(topology),
    clients: Object.keys(clients).map(clientName),
    tags: [...new Set(Object.values(topology.nodes).flatMap((node) => node.tags ?? []))],
    links: linksOf(topology, clients).map((link) => link.name),
  };
}

/** What can be started and stopped. */
export const RUNNING: readonly MemberKind[] = ['node', 'supervisor'];
/** What can be at an end of a link. */
export const LINKED: readonly MemberKind[] = ['node', 'supervisor', 'client', 'power'];

const KIND_NAMES: Record<MemberKind, string> = {
  node: 'a node',
  supervisor: 'a supervisor',
  client: 'a client group',
  power: 'the power device',
};

/** What is wrong with a selector that may stand for the `allowed` kinds only. */
export function checkSelector(
  text: string,
  path: Path,
  names: Names,
  allowed: readonly MemberKind[],
): Problem[] {
  const selector = parseSelector(text);
  switch (selector.kind) {
    case 'error': {
      const { expected, word = text, known } = selector;
      return [{ path, expected, found: quoted(text), ...advice(word, known ?? all(names)) }];
    }
    case 'name':
      return checkName(selector.name, path, names, allowed);
    case 'tag':
      if (names.tags.includes(selector.tag)) return [];
      return [unknown(path, 'a tag that a node has', selector.tag, [...names.tags, ...names.clients])];
    case 'role':
    case 'random':
      return checkRole(selector, text, path, names, allowed);
    default:
      return [];
  }
}

function checkName(name: string, path: Path, names: Names, allowed: readonly MemberKind[]): Problem[] {
  const kind = kindOf(name);
  const group = clientName(name);
  if (kind === 'node' && !names.nodes.includes(name)) {
    if (names.clients.includes(group) && allowed.includes('client'))
      return [{ path, expected: 'a target', found: quoted(name), todo: `did you mean \`${group}\`?` }];
    return [unknown(path, expectedNames(names, allowed), name, all(names))];
  }
  if (kind === 'supervisor' && !names.supervisors.includes(name))
    return [unknown(path, `one of ${listed(names.supervisors)}`, name, [])];
  if (kind === 'client' && !names.clients.includes(name))
    return [unknown(path, `one of ${listed(names.clients)}`, name, names.clients)];
  return allowed.includes(kind) ? [] : [wrongKind(path, name, kind, allowed)];
}

function checkRole(
  selector: Extract<Selector, { kind: 'role' | 'random' }>,
  text: string,
  path: Path,
  names: Names,
  allowed: readonly MemberKind[],
): Problem[] {
  const kind = selector.role === 'supervisor' ? 'supervisor' : 'node';
  if (!allowed.includes(kind)) return [wrongKind(path, text, kind, allowed)];
  const most = { primary: 1, standby: names.members.length - 1, supervisor: names.supervisors.length };
  const available = most[selector.role];
  if (available === 0)
    return [
      { path, expected: 'somebody to aim at', found: `${quoted(text)}, and there is no ${selector.role}` },
    ];
  if (selector.kind === 'role' || selector.count <= available) return [];
  return [{ path, expected: `at most ${available}, all there are`, found: quoted(text) }];
}

/** What is wrong with the two sides of a link, or with a link that does not exist. */
export function checkLink(text: string, path: Path, names: Names): Problem[] {
  const sides = parseLinkSelector(text);
  if (!sides) return [{ path, expected: 'a link such as a->b', found: quoted(text) }];
  const problems = [sides.from, sides.to].flatMap((side) => checkSelector(side, path, names, LINKED));
  if (problems.length > 0) return problems;
  const named = [sides.from, sides.to].every((side) => parseSelector(side).kind === 'name');
  const name = `${sides.from}->${sides.to}`;
  if (!named || names.links.includes(name)) return [];
  return [
    {
      path,
      expected: 'a link that this topology has',
      found: quoted(name),
      ...(names.links.includes(`${sides.to}->${sides.from}`) && {
        todo: `did you mean \`${sides.to}->${sides.from}\`?`,
      }),
    },
  ];
}

function wrongKind(path: Path, text: string, kind: MemberKind, allowed: readonly MemberKind[]): Problem {
  const expected = allowed.map((one) => KIND_NAMES[one]).join(' or ');
  return { path, expected, found: `${quoted(text)}, ${KIND_NAMES[kind]}` };
}

function unknown(path: Path, expected: string, word: string, candidates: readonly string[]): Problem {
  return { path, expected, found: found(word), ...advice(word, candidates) };
}

function expectedNames(names: Names, allowed: readonly MemberKind[]): string {
  const roles = allowed.includes('supervisor') ? ROLES : ROLES.filter((role) => role !== 'supervisor');
  return `a node or a role: ${listed([...names.nodes, ...roles])}`;
}

/** Whatever could have been meant, the likeliest first. */
function all(names: Names): string[] {
  const own = [...names.nodes, ...names.supervisors, ...names.clients, ...names.tags];
  return [...own, ...ROLES, 'killed', 'paused', POWER];
}
