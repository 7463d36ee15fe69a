/**
 * The files of a Compose project, put together as Compose does it:
 *
 *     compose.yaml + compose.override.yaml      (or those that the drill file lists, each on top of the ones before)
 *       include: [db/compose.yaml]              what that declares, by its own folder and its own .env
 *       services: { web: { extends: ... } }     a service of this file or of another, with what `web` says on top
 */
import { basename, dirname, join, relative, resolve } from 'node:path';
import { readDocument } from '../document.js';
import { found, type LocatedProblem, type Path, type Problem, problemsError, quoted } from '../problem.js';
import { type Range, Source } from '../source.js';
import { advice, listed } from '../suggest.js';
import { anchored } from './anchored.js';
import { bindLack, type Surroundings } from './binds.js';
import type { Importing } from './context.js';
import { entriesOf, type Held, heldAt, itemsOf, mapOfParts, partOf, type Text } from './held.js';
import { interpolate, type Lookup } from './interpolate.js';
import { EXTENDS, FILE, FILE_TODO, INCLUDE } from './keys.js';
import { mapAt, mapOf } from './map.js';
import { mergedFile, mergedService, withoutResets } from './merge.js';
import { parseVariables } from './variables.js';

/** Names that Compose looks for by itself, and what it puts on top of them. */
const USUAL = /^(?:docker-)?compose\.ya?ml$/;
const OVERRIDES = ['compose', 'docker-compose'].flatMap((name) =>
  ['yml', 'yaml'].map((ending) => `${name}.override.${ending}`),
);
/** How often files may name others. */
const MOST_FILES = 1000;

/** Where something is read from: the folder of its relative paths, and its variables. */
interface Ground {
  folder: string;
  lookup: Lookup;
}

export class Project {
  readonly problems: LocatedProblem[] = [];
  readonly filledIn = new Set<string>();
  /** The whole of it. */
  readonly root: Held;
  readonly folder: string;
  /** By the environment, else by the file `.env` beside the first file. */
  readonly lookup: Lookup;
  readonly #notes: { text: Text; at: number; note: string }[] = [];
  readonly #texts: Text[] = [];
  readonly #known = new Map<string, Held>();
  /** How often a file was named by another. */
  #named = 0;
  readonly #importing: Importing;
  readonly #around: Surroundings;
  readonly #shown: (path: string) => string;
  readonly #main: string;

  /** `shown` is what errors call the first file. The files must be there. */
  constructor(files: readonly string[], shown: string, importing: Importing) {
    const [main = ''] = files;
    this.#main = main;
    this.#importing = importing;
    this.folder = dirname(main);
    this.#shown = (path) => {
      if (path === main) return shown;
      return shown.startsWith('/') ? path : join(dirname(shown), relative(this.folder, path));
    };
    this.#around = { folder: this.folder, home: importing.environment['HOME'], look: importing.look };
    const { environment } = importing;
    const dotenv = this.#variables(join(this.folder, '.env'));
    this.lookup = (name) => environment[name] ?? dotenv.variables[name];
    const all = files.length === 1 ? [main, ...this.#override()] : files;
    this.root = withoutResets(this.#whole(all, { folder: this.folder, lookup: this.lookup }, []));
    if (dotenv.error !== undefined)
      this.refuse(this.root, { message: `.env beside this file: ${dotenv.error}` });
  }

  /** What was not taken, in the order of the texts. */
  get notes(): string[] {
    const order = ({ text }: { text: Text }) => this.#texts.indexOf(text);
    return this.#notes
      .sort((one, other) => order(one) - order(other) || one.at - other.at)
      .map(({ note }) => note);
  }

  /** Where something is written. */
  placeOf({ text, path }: Held, on?: 'key'): { source: Source; range: Range } {
    return { source: text.source, range: text.content.rangeOf(path, on) };
  }

  refuse(held: Held, { on, ...problem }: Omit<Problem, 'path'>): void {
    this.problems.push({ ...problem, ...this.placeOf(held, on) });
  }

  note({ text, path }: Held, note: string): void {
    const range = text.content.rangeOf(path, 'key');
    this.#notes.push({ text, at: range.start, note: `${text.source.where(range)}: ${note}` });
  }

  /** The override that Compose takes in by itself beside a file of the usual name. */
  #override(): string[] {
    if (!USUAL.test(basename(this.#main))) return [];
    const paths = OVERRIDES.map((name) => join(this.folder, name));
    return paths.filter((path) => this.#importing.read(path) !== undefined).slice(0, 1);
  }

  /** Files on top of each other, with what they include and extend. */
  #whole(files: readonly string[], ground: Ground, way: readonly string[]): Held {
    const texts = files.map((file) => this.#read(file, ground));
    if (files.length === 2 && OVERRIDES.includes(basename(files[1]!)) && files[0] === this.#main)
      this.note(texts[1]!, `it is taken in on top of ${basename(files[0]!)}, as Compose does`);
    const merged = texts.reduce(mergedFile);
    const entries = entriesOf(merged);
    const services = partOf(merged, 'services');
    const extended = [...entriesOf(services)].map(([name]): [string, Held] => [
      name,
      this.#extended(services, name, ground, []),
    ]);
    if (mapOf(services.value)) entries.set('services', mapOfParts(new Map(extended), services));
    for (const item of itemsOf(partOf(merged, 'include')))
      this.#include(item, entries, ground, [...way, ...files]);
    entries.delete('include');
    return mapOfParts(entries, merged);
  }

  /** Adds what an entry of `include` declares. */
  #include(item: Held, entries: Map<string, Held>, ground: Ground, way: readonly string[]): void {
    const about = typeof item.value === 'string' ? { path: item.value } : this.#mapAt(item, INCLUDE);
    if (!about) return;
    const { path, project_directory, env_file } = about as Record<string, unknown>;
    const texts = (value: unknown) => [value ?? []].flat().map((one) => resolve(ground.folder, String(one)));
    const files = texts(path).filter((file) => this.#isOfProject(file, item, way));
    if (files.length === 0) return;
    const folder =
      project_directory === undefined
        ? dirname(files[0]!)
        : resolve(ground.folder, String(project_directory));
    const beside = env_file === undefined ? [join(folder, '.env')] : texts(env_file);
    const own = beside
      .filter((file) => bindLack(file, this.#around) === undefined)
      .map((file) => this.#variables(file));
    const lookup: Lookup = (name) =>
      ground.lookup(name) ?? own.map(({ variables }) => variables[name]).findLast((one) => one !== undefined);
    const included = this.#whole(files, { folder, lookup }, way);
    for (const kind of ['services', 'volumes', 'networks', 'secrets', 'configs']) {
      const known = entries.get(kind);
      const added = entriesOf(partOf(included, kind));
      const all = new Map(known ? entriesOf(known) : []);
      for (const [name, held] of added) {
        if (kind === 'services' && all.has(name))
          this.refuse(held, {
            on: 'key',
            expected: 'a service that is there once',
            found: `${quoted(name)}, which ${all.get(name)!.text.source.file} has, too`,
            todo: 'give one of them another name',
          });
        if (!all.has(name)) all.set(name, held);
      }
      if (added.size > 0) entries.set(kind, mapOfParts(all, known ?? partOf(included, kind)));
    }
  }

  /** A service with what it extends below it. */
  #extended(services: Held, name: string, ground: Ground, way: readonly string[]): Held {
    const own = partOf(services, name);
    const at = partOf(own, 'extends');
    if (at.value === undefined || at.value === null) return own;
    const about = typeof at.value === 'string' ? { service: at.value } : this.#mapAt(at, EXTENDS);
    const rest = entriesOf(own);
    rest.delete('extends');
    const without = mapOfParts(rest, own);
    if (!about) return without;
    const { file, service } = about as Record<string, unknown>;
    const path = typeof file === 'string' ? resolve(ground.folder, file) : undefined;
    if (path !== undefined && !this.#isOfProject(path, at)) return without;
    const there = path === undefined ? ground : { ...ground, folder: dirname(path) };
    const base = path === undefined ? services : partOf(this.#read(path, there), 'services');
    const known = [...entriesOf(base).keys()];
    const step = `${path ?? ''} ${String(service)}`;
    const where = typeof at.value === 'string' ? at : partOf(at, 'service');
    if (!known.includes(String(service)) || way.includes(step)) {
      this.refuse(where, {
        expected: `a service of ${base.text.source.file} that does not lead back here: ${listed(known)}`,
        found: found(service),
        ...advice(String(service), known),
      });
      return without;
    }
    return mergedService(this.#extended(base, String(service), there, [...way, step]), without);
  }

  #mapAt(held: Held, keys: Parameters<typeof mapAt>[2]): Record<string, unknown> | undefined {
    return mapAt(held.value, [], keys, this.#naming(held), FILE_TODO) as Record<string, unknown> | undefined;
  }

  #naming(held: Held) {
    return {
      name: 'the file',
      refuse: (path: Path, problem: Omit<Problem, 'path'>) => this.refuse(heldAt(held, path), problem),
      note: (path: Path, text: string) => this.note(heldAt(held, path), text),
    };
  }

  /** Whether a file is one of the project's own, and not one of `way`; else it is refused at the place that names it. */
  #isOfProject(file: string, at: Held, way: readonly string[] = []): boolean {
    this.#named += 1;
    const wrong = way.includes(file)
      ? 'one that leads back to itself'
      : this.#named > MOST_FILES
        ? `more than ${MOST_FILES}`
        : this.#importing.read(file) === undefined && `none at ${file}`;
    const lack = bindLack(file, this.#around);
    if (!lack && !wrong) return true;
    const todo = 'give its path from this file on';
    this.refuse(
      at,
      lack ? { ...lack, todo } : { expected: 'a Compose file of the project', found: String(wrong), todo },
    );
    return false;
  }

  /** One file, with its variables filled in, and its paths made absolute where they are not from the project's folder on. */
  #read(path: string, ground: Ground): Held {
    const key = `${ground.folder} ${path}`;
    const known = this.#known.get(key) ?? this.#first(path, ground);
    this.#known.set(key, known);
    return known;
  }

  #first(path: string, { folder, lookup }: Ground): Held {
    const source = new Source(this.#shown(path), this.#importing.read(path) ?? '');
    const reading = readDocument(source, { compose: true });
    if ('problems' in reading) throw problemsError(source, reading.problems);
    const { content } = reading;
    const text: Text = { source, content, replacing: new WeakSet() };
    this.#texts.push(text);
    const filled = this.#filled({ value: content.value, text, path: [] }, (name) => {
      const value = lookup(name);
      if (value !== undefined) this.filledIn.add(value);
      return value;
    });
    const held = { value: folder === this.folder ? filled : anchored(filled, folder), text, path: [] };
    this.#mapAt(held, FILE);
    return held;
  }

  /** The values with their variables filled in; keys are left as they are. */
  #filled(held: Held, environment: Lookup): unknown {
    const { value, text } = held;
    const inner = (key: PropertyKey) => this.#filled(partOf(held, key), environment);
    if (typeof value === 'object' && value !== null) {
      const filled = Array.isArray(value)
        ? value.map((_, index) => inner(index))
        : Object.fromEntries(Object.keys(value).map((key) => [key, inner(key)]));
      if (text.content.replacing.has(value)) text.replacing.add(filled);
      return filled;
    }
    if (typeof value !== 'string') return value;
    const filled = interpolate(value, environment);
    if ('error' in filled) {
      this.refuse(held, { message: filled.error, todo: filled.todo });
      return value;
    }
    for (const name of filled.unset)
      this.note(held, `the variable ${name} is not set: nothing stands in its place`);
    return filled.text;
  }

  #variables(file: string): { variables: Record<string, string>; error?: string } {
    const { environment, read } = this.#importing;
    const text = read(file);
    const parsed = text === undefined ? { variables: {} } : parseVariables(text, (name) => environment[name]);
    return 'error' in parsed ? { variables: {}, ...parsed } : parsed;
  }
}
