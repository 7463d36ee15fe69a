/**
 * Takes the services of a Compose file in as the nodes of a topology:
 *
 *     topology: { compose: ./compose.yaml, nodes: { web: { role: primary } } }
 *
 * Every service is a node, a dependency unless the drill file gives it another role. What the drill file says of a
 * node comes before what the service says. The outcome is a drill file that needs no Compose file.
 */
import { resolve } from 'node:path';
import type { Content } from '../document.js';
import { found, type LocatedProblem, locatedError, type Path, problemsError } from '../problem.js';
import type { Source } from '../source.js';
import { advice, listed } from '../suggest.js';
import { ComposeFile } from './compose-file.js';
import type { Imported, Importing } from './context.js';
import { mapOf } from './map.js';
import { asWritten, comesFrom } from './variables.js';

const COMPOSE = ['topology', 'compose'] as const;

/** The names of the Compose files that a drill file names; undefined where it names none. */
export function composeOf(value: unknown): string[] | undefined {
  const compose = mapOf(mapOf(value)?.['topology'])?.['compose'];
  const names = Array.isArray(compose) ? compose : [compose];
  const areNames = names.every((name) => typeof name === 'string' && name !== '');
  return areNames && names.length > 0 ? names : undefined;
}

/** The drill file with its Compose file taken in. Throws a `UsageError` that names what cannot be taken. */
export function importCompose(
  source: Source,
  content: Content,
  files: readonly string[],
  importing: Importing,
): Imported {
  const own = (path: Path, on?: 'key') => ({ source, range: content.rangeOf(path, on) });
  const [file = ''] = files;
  const paths = files.map((name) => resolve(importing.folder, name));
  for (const [index, path] of paths.entries()) {
    if (importing.read(path) !== undefined) continue;
    const isThere = importing.look(path) !== undefined;
    throw problemsError(source, [
      {
        ...own(files.length > 1 ? [...COMPOSE, index] : COMPOSE),
        expected: 'a Compose file',
        found: isThere ? 'a folder, a device or a file of more than 1 MB' : 'no such file',
        todo: 'give its path from the drill file on',
      },
    ]);
  }
  const compose = new ComposeFile(paths, shownAs(source.file, file), importing);
  const drill = mapOf(content.value) ?? {};
  const { compose: _, ...topology } = mapOf(drill['topology']) ?? {};
  const given = mapOf(topology['nodes']) ?? {};
  const nodes = compose.nodes(given);
  const problems: LocatedProblem[] = [...compose.problems];
  for (const [name, node] of Object.entries(given)) {
    if (compose.services[name] !== undefined || Object.keys(compose.services).length === 0) continue;
    nodes[name] = node;
    const values = mapOf(node);
    if (values?.['image'] !== undefined || values?.['build'] !== undefined) continue;
    const known = Object.keys(compose.services);
    problems.push({
      ...own(['topology', 'nodes', name], 'key'),
      expected: `a service of ${file}: ${listed(known)}, or a node with an \`image\` or a \`build\``,
      found: found(name),
      ...advice(name, known),
    });
  }
  const notes = [...compose.notes];
  const port = mapOf(mapOf(topology['system'])?.['http'])?.['port'];
  for (const [name, service] of Object.entries(compose.services)) {
    const { role, expose } = mapOf(nodes[name]) ?? {};
    if (typeof port !== 'number' || role === 'dependency' || mapOf(given[name])?.['expose'] !== undefined)
      continue;
    if (!Array.isArray(expose) || expose.includes(port)) continue;
    const place = own(['topology', 'system', 'http', 'port']);
    const todo = `name the one in the container (80 in "8080:80"), or give ${name} its \`expose\` in the drill file`;
    const lack = { expected: `a port of ${name}: ${expose.join(', ')}`, found: String(port) };
    // A service may listen on more than it exposes to others, but what it publishes is what clients dial.
    if (mapOf(service)?.['ports'] !== undefined) problems.push({ ...place, ...lack, todo });
    else
      notes.push(`${source.where(place.range)}: ${name} does not expose ${port}, but ${expose.join(', ')}`);
  }
  if (problems.length > 0) throw locatedError(problems);
  return {
    value: { ...drill, topology: { ...topology, nodes } },
    notes,
    filledIn: compose.filledIn,
    locate: (at, on) => {
      const [first, second, name, key, variable] = at.map(String);
      if (first !== 'topology' || second !== 'nodes' || name === undefined) return own(at, on);
      const inDrill = mapOf(given[name]);
      const isOwn =
        key === undefined
          ? Object.hasOwn(given, name)
          : key === 'environment'
            ? comesFrom(inDrill?.[key], variable)
            : inDrill?.[key] !== undefined;
      const inFile = isOwn ? undefined : compose.locate(name, at.slice(3), on);
      return inFile ?? own(asWritten(content.value, at), on);
    },
  };
}

/** What errors call the Compose file: as the user would find it from where the drill file was named. */
function shownAs(drillFile: string, file: string): string {
  const cut = Math.max(drillFile.lastIndexOf('/'), drillFile.lastIndexOf('\\')) + 1;
  const plain = file.replace(/^\.\//, '');
  return file.startsWith('/') ? file : `${drillFile.slice(0, cut)}${plain}`;
}
