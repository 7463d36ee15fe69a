/**
 * Takes the services of a Compose file in as the nodes of a topology:
 *
 *     topology: { compose: ./compose.yaml, nodes: { web: { role: primary } } }
 *
 * Every service is a node, a dependency unless the drill file gives it another role. What the drill file says of a
 * node comes before what the service says. The outcome is a drill file that needs no Compose file.
 */
import { dirname, resolve } from 'node:path';
import { type Content, readDocument } from '../document.js';
import {
  found,
  type LocatedProblem,
  locatedError,
  type Path,
  type Problem,
  problemsError,
} from '../problem.js';
import { type Range, Source } from '../source.js';
import { advice, listed } from '../suggest.js';
import type { Imported, Importing } from './context.js';
import { interpolate, type Lookup } from './interpolate.js';
import { FILE, FILE_TODO, VOLUME } from './keys.js';
import { mapAt } from './map.js';
import { nodeOf, originOf } from './service.js';
import { asWritten, comesFrom, givenVariables, parseVariables } from './variables.js';
import { volumeName } from './volumes.js';

type Values = Record<string, unknown>;

const COMPOSE = ['topology', 'compose'] as const;

/** The name of the Compose file that a drill file names; undefined where it names none. */
export function composeOf(value: unknown): string | undefined {
  const compose = mapOf(mapOf(value)?.['topology'])?.['compose'];
  return typeof compose === 'string' && compose !== '' ? compose : undefined;
}

/** The drill file with its Compose file taken in. Throws a `UsageError` that names what cannot be taken. */
export function importCompose(
  source: Source,
  content: Content,
  file: string,
  importing: Importing,
): Imported {
  const own = (path: Path, on?: 'key') => ({ source, range: content.rangeOf(path, on) });
  const path = resolve(importing.folder, file);
  const text = importing.read(path);
  if (text === undefined)
    throw problemsError(source, [
      {
        ...own(COMPOSE),
        expected: 'a Compose file',
        found:
          importing.look(path) === undefined
            ? 'no such file'
            : 'a folder, a device or a file of more than 1 MB',
        todo: 'give its path from the drill file on',
      },
    ]);
  const compose = new ComposeFile(new Source(shownAs(source.file, file), text), path, importing);
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
  if (problems.length > 0) throw locatedError(problems);
  return {
    value: { ...drill, topology: { ...topology, nodes } },
    notes: compose.notes,
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

class ComposeFile {
  readonly services: Values = {};
  readonly problems: LocatedProblem[] = [];
  readonly #filledIn = new Set<string>();
  readonly #notes: { at: number; text: string }[] = [];
  readonly #source: Source;
  readonly #content: Content;
  readonly #folder: string;
  readonly #environment: Lookup;
  readonly #importing: Importing;
  readonly #volumes: Values;

  constructor(source: Source, path: string, importing: Importing) {
    this.#source = source;
    this.#importing = importing;
    this.#folder = dirname(path);
    const reading = readDocument(source, { merge: true });
    if ('problems' in reading) throw problemsError(source, reading.problems);
    this.#content = reading.content;
    const lookup = this.#lookup();
    this.#environment = (name) => {
      const value = lookup(name);
      if (value !== undefined) this.#filledIn.add(value);
      return value;
    };
    const file = mapOf(this.#filled(this.#content.value, [])) ?? {};
    this.#volumes = mapOf(file['volumes']) ?? {};
    const services = mapOf(file['services']);
    if (!services)
      this.#refuse([], { message: 'missing key `services`', expected: 'a Compose file with services' });
    const naming = { name: 'the file', refuse: this.#refuse.bind(this), note: this.#note.bind(this) };
    mapAt(file, [], FILE, naming, FILE_TODO);
    for (const [name, volume] of Object.entries(this.#volumes))
      mapAt(volume, ['volumes', name], VOLUME, naming, FILE_TODO);
    this.#noteNetworks(mapOf(file['networks']) ?? {});
    Object.assign(this.services, services);
  }

  /** The values that came from the environment, or from `.env`. */
  get filledIn(): string[] {
    return [...this.#filledIn];
  }

  /** What was not taken, in the order of the text; what several services have in common is told for each. */
  get notes(): string[] {
    return this.#notes.sort((one, other) => one.at - other.at).map(({ text }) => text);
  }

  /** The services as nodes, with what the drill file gives of them. */
  nodes(given: Values): Values {
    const nodes: Values = {};
    for (const [name, service] of Object.entries(this.services)) {
      const values = mapOf(service);
      const own = mapOf(given[name]);
      if (!values) this.#refuse(['services', name], { expected: 'a map', found: found(service) });
      else if (given[name] !== undefined && !own) nodes[name] = given[name];
      else if (own === undefined && Array.isArray(values['profiles']) && values['profiles'].length > 0)
        this.#note(['services', name, 'profiles'], `${name} is not taken: it belongs to a profile`);
      else nodes[name] = this.#node(name, values, own ?? {});
    }
    this.#refuseShared(nodes, given);
    return nodes;
  }

  locate(name: string, [key, ...rest]: Path, on?: 'key'): { source: Source; range: Range } | undefined {
    const service = mapOf(this.services[name]);
    if (!service) return undefined;
    const path = key === undefined ? [] : asWritten(service, [originOf(String(key), service), ...rest]);
    return { source: this.#source, range: this.#content.rangeOf(['services', name, ...path], on) };
  }

  #node(name: string, service: Values, given: Values): Values {
    const at = (path: Path) => ['services', name, ...path];
    const node = nodeOf(service, given, {
      name,
      folder: this.#folder,
      environment: this.#environment,
      around: {
        folder: this.#folder,
        home: this.#importing.environment['HOME'],
        look: this.#importing.look,
      },
      read: this.#importing.read,
      volumes: this.#volumes,
      written: (path) => this.#written(at(path)),
      refuse: (path, problem) => this.#refuse(at(path), problem),
      note: (path, text) => this.#note(at(path), text),
    });
    const own = givenVariables(given['environment']);
    const environment = own && { ...mapOf(node['environment']), ...own };
    return {
      role: 'dependency',
      ...node,
      ...given,
      ...(environment && Object.keys(environment).length > 0 ? { environment } : {}),
    };
  }

  /** Nodes have networks of the drill's own, whatever is said of those of the file. */
  #noteNetworks(networks: Values): void {
    for (const [name, network] of Object.entries(networks)) {
      const settings = Object.keys(mapOf(network) ?? {}).filter((key) => !/^(?:x-.*|name|labels)$/.test(key));
      if (settings.length > 0)
        this.#note(
          ['networks', name],
          `${listed(settings, 'and')} of the network ${name} are not taken: every node has a network of its own`,
        );
    }
  }

  /** Each node has volumes of its own: two services that share one would not see each other's files. */
  #refuseShared(nodes: Values, given: Values): void {
    const users = new Map<string, string>();
    for (const [name, node] of Object.entries(nodes)) {
      const uses = mapOf(node)?.['volumes'];
      for (const volume of Array.isArray(uses) ? uses.map(volumeName) : []) {
        if (volume === undefined || volume.startsWith('unnamed')) continue;
        const other = users.get(volume) ?? name;
        users.set(volume, other);
        if (other !== name && mapOf(given[name])?.['volumes'] === undefined)
          this.#refuse(['services', name, 'volumes'], {
            on: 'key',
            expected: 'volumes that one service uses',
            found: `${found(volume)}, which ${other} uses too`,
            todo: `give ${name} other \`volumes\` in the drill file`,
          });
      }
    }
  }

  /** By the environment, else by the file `.env` beside the Compose file. */
  #lookup(): Lookup {
    const { environment, read } = this.#importing;
    const outer: Lookup = (name) => environment[name];
    const text = read(resolve(this.#folder, '.env'));
    const parsed = text === undefined ? { variables: {} } : parseVariables(text, outer);
    if ('error' in parsed) {
      this.#refuse([], { message: `.env beside this file: ${parsed.error}` });
      return outer;
    }
    return (name) => outer(name) ?? (parsed.variables as Record<string, string>)[name];
  }

  /** The values with their variables filled in; keys are left as they are. */
  #filled(value: unknown, path: Path): unknown {
    if (Array.isArray(value)) return value.map((one, index) => this.#filled(one, [...path, index]));
    const map = mapOf(value);
    if (map)
      return Object.fromEntries(
        Object.entries(map).map(([key, held]) => [key, this.#filled(held, [...path, key])]),
      );
    if (typeof value !== 'string') return value;
    const filled = interpolate(value, this.#environment);
    if ('error' in filled) {
      this.#refuse(path, { message: filled.error, todo: filled.todo });
      return value;
    }
    for (const name of filled.unset)
      this.#note(path, `the variable ${name} is not set: nothing stands in its place`);
    return filled.text;
  }

  #written(path: Path): string {
    const { start, end } = this.#content.rangeOf(path);
    return this.#source.text.slice(start, end);
  }

  #refuse(path: Path, { on, ...problem }: Omit<Problem, 'path'>): void {
    this.problems.push({ ...problem, source: this.#source, range: this.#content.rangeOf(path, on) });
  }

  #note(path: Path, text: string): void {
    const range = this.#content.rangeOf(path, 'key');
    this.#notes.push({ at: range.start, text: `${this.#source.where(range)}: ${text}` });
  }
}

/** What errors call the Compose file: as the user would find it from where the drill file was named. */
function shownAs(drillFile: string, file: string): string {
  const cut = Math.max(drillFile.lastIndexOf('/'), drillFile.lastIndexOf('\\')) + 1;
  const plain = file.replace(/^\.\//, '');
  return file.startsWith('/') ? file : `${drillFile.slice(0, cut)}${plain}`;
}

function mapOf(value: unknown): Values | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : undefined;
}
