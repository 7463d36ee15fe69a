/** A Compose project as the nodes of a topology: its services, what they share, and where each of them stands. */
import { found, type LocatedProblem, type Path, type Problem } from '../problem.js';
import type { Range, Source } from '../source.js';
import { listed } from '../suggest.js';
import type { Importing } from './context.js';
import { type Held, heldAt } from './held.js';
import type { Lookup } from './interpolate.js';
import { FILE_TODO, VOLUME } from './keys.js';
import { mapAt, mapOf } from './map.js';
import { aliasesOf } from './names.js';
import { Project } from './project.js';
import { type Replicas, withReplicas } from './replicas.js';
import { nodeOf, originOf } from './service.js';
import { asWritten, givenVariables } from './variables.js';
import { together } from './volumes.js';

type Values = Record<string, unknown>;

export class ComposeFile {
  readonly services: Values = {};
  readonly #project: Project;
  readonly #replicas: Replicas;
  readonly #environment: Lookup;
  readonly #importing: Importing;
  readonly #declared: Record<'volumes' | 'secrets' | 'configs', Values>;

  /** `shown` is what errors call the first file. The files must be there. */
  constructor(files: readonly string[], shown: string, importing: Importing) {
    this.#importing = importing;
    const project = new Project(files, shown, importing);
    this.#project = project;
    this.#environment = (name) => {
      const value = project.lookup(name);
      if (value !== undefined) project.filledIn.add(value);
      return value;
    };
    this.#replicas = withReplicas(project.root, project);
    const file = mapOf(this.#replicas.root.value) ?? {};
    const declared = (key: string) => mapOf(file[key]) ?? {};
    this.#declared = {
      volumes: declared('volumes'),
      secrets: declared('secrets'),
      configs: declared('configs'),
    };
    const services = mapOf(file['services']);
    if (!services)
      this.#refuse([], { message: 'missing key `services`', expected: 'a Compose file with services' });
    const naming = { name: 'the file', refuse: this.#refuse.bind(this), note: this.#note.bind(this) };
    for (const [name, volume] of Object.entries(this.#declared.volumes))
      mapAt(volume, ['volumes', name], VOLUME, naming, FILE_TODO);
    this.#noteNetworks(mapOf(file['networks']) ?? {});
    Object.assign(this.services, services);
  }

  get problems(): readonly LocatedProblem[] {
    return this.#project.problems;
  }

  /** The values that came from the environment, or from a file of variables beside the Compose file. */
  get filledIn(): string[] {
    return [...this.#project.filledIn];
  }

  /** What was not taken, in the order of the text; what several services have in common is told for each. */
  get notes(): string[] {
    return this.#project.notes;
  }

  /** The services as nodes, with what the drill file gives of them. */
  nodes(given: Values): Values {
    const nodes: Values = {};
    for (const [name, service] of Object.entries(this.services)) {
      const values = mapOf(service);
      const own = mapOf(given[name]);
      if (!values) this.#refuse(['services', name], { expected: 'a map', found: found(service) });
      else if (given[name] !== undefined && !own) nodes[name] = given[name];
      else if (this.#isNode(name, given) === 'profile')
        this.#note(['services', name, 'profiles'], `${name} is not taken: it belongs to a profile`);
      else nodes[name] = this.#node(name, values, given);
    }
    // Those that the drill file gives are for it to say.
    const own = Object.entries(nodes).flatMap(([name, node]): [string, string[]][] => {
      const volumes = mapOf(given[name])?.['volumes'] === undefined ? mapOf(node)?.['volumes'] : undefined;
      return Array.isArray(volumes) ? [[name, volumes]] : [];
    });
    for (const [name, volumes] of Object.entries(together(Object.fromEntries(own))))
      nodes[name] = { ...mapOf(nodes[name]), volumes };
    const services = Object.fromEntries(
      Object.keys(this.services)
        .filter((name) => nodes[name])
        .map((name) => [name, this.services[name]]),
    );
    for (const [name, aliases] of Object.entries(
      aliasesOf(services, this.#replicas.of, this.#note.bind(this)),
    ))
      if (aliases.length > 0 && mapOf(nodes[name])) nodes[name] = { aliases, ...mapOf(nodes[name]) };
    return nodes;
  }

  locate(name: string, [key, ...rest]: Path, on?: 'key'): { source: Source; range: Range } | undefined {
    const service = mapOf(this.services[name]);
    if (!service) return undefined;
    const path = key === undefined ? [] : asWritten(service, [originOf(String(key), service), ...rest]);
    return this.#project.placeOf(this.#at(['services', name, ...path]), on);
  }

  /** A service of profiles is a node where one of them is active, or the drill file names it. */
  #isNode(name: string, given: Values): boolean | 'profile' {
    const { profiles } = mapOf(this.services[name]) ?? {};
    if (given[name] !== undefined || !Array.isArray(profiles) || profiles.length === 0)
      return this.services[name] !== undefined || given[name] !== undefined;
    const active = (this.#project.lookup('COMPOSE_PROFILES') ?? '').split(',').map((one) => one.trim());
    return profiles.some((one) => active.includes(one) || active.includes('*')) || 'profile';
  }

  #node(name: string, service: Values, all: Values): Values {
    const given = mapOf(all[name]) ?? {};
    const at = (path: Path) => ['services', name, ...path];
    const node = nodeOf(service, given, {
      name,
      folder: this.#project.folder,
      environment: this.#environment,
      around: {
        folder: this.#project.folder,
        home: this.#importing.environment['HOME'],
        look: this.#importing.look,
      },
      read: this.#importing.read,
      declared: this.#declared,
      known: [...new Set([...Object.keys(this.services), ...Object.keys(all)])].filter((one) => one !== name),
      isNode: (one) => this.#isNode(one, all),
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
          `${listed(settings, 'and')} of the network ${name} are not taken: nodes are on networks of the drill's own`,
        );
    }
  }

  #at(path: Path): Held {
    return heldAt(this.#replicas.root, path);
  }

  #written(path: Path): string {
    const { source, range } = this.#project.placeOf(this.#at(path));
    return source.text.slice(range.start, range.end);
  }

  #refuse(path: Path, problem: Omit<Problem, 'path'>): void {
    this.#project.refuse(this.#at(path), problem);
  }

  #note(path: Path, text: string): void {
    this.#project.note(this.#at(path), text);
  }
}
