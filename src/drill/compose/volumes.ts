/**
 * The volumes of a service, gone with the run. Files and folders of this machine are seen read-only, or copied where the
 * service may write to them: the drill touches only what it created.
 */
import { resolve } from 'node:path';
import { type VolumeUse, volumeUseOf } from '../container.js';
import { found, type Path, quoted } from '../problem.js';
import { listed } from '../suggest.js';
import { bindLack, lackOfFile } from './binds.js';
import type { ServiceContext, Values } from './context.js';
import { VOLUME_OPTIONS, VOLUME_USE } from './keys.js';
import { mapAt } from './map.js';
import { memoryFolder } from './tmpfs.js';

interface Use {
  type: keyof typeof VOLUME_USE;
  source: string;
  target: string;
  readOnly: boolean;
  /** What it has under the name of its type. */
  options: unknown;
}

/** `volumes` and `tmpfs` of a node. */
export function volumesOf(
  value: unknown,
  path: Path,
  context: ServiceContext,
): { volumes?: string[]; tmpfs?: string[] } {
  if (!Array.isArray(value)) {
    if (value !== null) context.refuse(path, { expected: 'a list of volumes', found: found(value) });
    return {};
  }
  const instead = `give ${context.name} other \`volumes\` in the drill file`;
  const volumes: string[] = [];
  const copied: string[] = [];
  const tmpfs: string[] = [];
  for (const [index, entry] of value.entries()) {
    const at = [...path, index];
    const form = longForm(entry);
    const use = form && useOf(form);
    if (!use) {
      context.refuse(at, { expected: 'a volume, such as data:/var/lib/data', found: found(entry) });
      continue;
    }
    const { type, source, target, readOnly, options } = use;
    mapAt(form, at, VOLUME_USE[type], context, instead);
    if (type === 'tmpfs') {
      tmpfs.push(memoryFolder(target, readOnly, options, [...at, type], context));
      continue;
    }
    mapAt(options, [...at, type], VOLUME_OPTIONS[type], context, instead);
    const place = type === 'bind' ? resolve(context.folder, source) : source;
    const isMade = type === 'bind' && isMadeFolder(use, place, context);
    const lack = lackOf({ ...use, source: place }, context, source, isMade);
    if (lack) {
      context.refuse(at, { todo: instead, ...lack });
      continue;
    }
    if (isMade)
      context.note(
        at,
        `there is nothing at ${source}: it begins as an empty folder, as Compose would make it`,
      );
    const isCopy = type === 'bind' && !isMade && !readOnly;
    if (isCopy) copied.push(source);
    const isBare = isMade || (type === 'volume' && String((options as Values)?.['nocopy']) === 'true');
    const words = [...(isCopy ? ['copy'] : []), ...(isBare ? ['nocopy'] : []), ...(readOnly ? ['ro'] : [])];
    volumes.push(textOf(isMade ? nameByPlace(place, 'missing') : place, target, words));
  }
  if (copied.length > 0)
    context.note(
      path,
      `${listed([...new Set(copied)], 'and')} of ${context.name} are copied: what it writes there is gone with the run, and a single file is its own`,
    );
  return { ...(volumes.length > 0 ? { volumes } : {}), ...(tmpfs.length > 0 ? { tmpfs } : {}) };
}

/** The words after the second colon of the short form, by what they are in the long one. */
const WORDS: Readonly<Record<string, Values>> = {
  nocopy: { nocopy: true },
  z: { selinux: 'z' },
  Z: { selinux: 'Z' },
  ...Object.fromEntries(
    ['shared', 'slave', 'private', 'rshared', 'rslave'].map((word) => [word, { propagation: word }]),
  ),
};
/** What is so anyway, or can be told from the whole. */
const PLAIN_WORDS: readonly string[] = ['', 'ro', 'rw', 'cached', 'delegated', 'consistent', 'rprivate'];

/** `data:/var/lib/data:ro` written out; undefined where it is nothing of the kind. */
function longForm(entry: unknown): Values | undefined {
  if (typeof entry === 'object')
    return Array.isArray(entry) || entry === null ? undefined : (entry as Values);
  const parts = String(entry).split(':');
  const [source = '', target = '', access = ''] = parts.length === 1 ? ['', ...parts] : parts;
  const words = access.split(',');
  const options = words.filter((word) => !PLAIN_WORDS.includes(word));
  if (parts.length > 3 || !options.every((word) => Object.hasOwn(WORDS, word))) return undefined;
  const type = /^[./~]/.test(source) ? 'bind' : 'volume';
  const held = Object.assign({}, ...options.map((word) => WORDS[word])) as Values;
  return { type, source, target, read_only: words.includes('ro'), [type]: held };
}

function useOf(form: Values): Use | undefined {
  const { source, target, read_only } = form;
  const type = Object.keys(VOLUME_USE).find((one) => one === form['type']) as Use['type'] | undefined;
  if (!type || typeof target !== 'string' || !target.startsWith('/')) return undefined;
  const named = String(source ?? '') || (type === 'volume' ? nameByPlace(target) : '');
  return { type, source: named, target, readOnly: String(read_only) === 'true', options: form[type] };
}

const UNNAMED = 'unnamed-';

/** A volume without a name gets one by its place. */
function nameByPlace(place: string, kind = 'unnamed'): string {
  return `${kind}${place.replace(/[^A-Za-z0-9]+/g, '-').slice(-50)}`.replace(/-$/, '');
}

function textOf(source: string, target: string, words: readonly string[]): string {
  return [source, target, words.join(',')].filter((part) => part !== '').join(':');
}

/** Whether Compose would make a folder in the place of what is not there; what has an ending is meant to be a file. */
function isMadeFolder(
  { source, target, readOnly, options }: Use,
  place: string,
  { around }: ServiceContext,
): boolean {
  const mayBeMade = String((options as Values | undefined)?.['create_host_path']) !== 'false';
  const isFile = [source, target].some((path) => /[^/.]\.[A-Za-z0-9]+$/.test(path));
  return !readOnly && mayBeMade && !isFile && lackOfFile(place, around) !== undefined;
}

/** Why a volume, or a file or folder of this machine, cannot be had. */
function lackOf(
  { type, source }: Use,
  { declared: { volumes }, around }: ServiceContext,
  written: string,
  isMade: boolean,
): { expected: string; found: string } | undefined {
  if (type === 'bind') {
    if (written.startsWith('~'))
      return { expected: 'a file or folder that a node may read', found: quoted(written) };
    return bindLack(source, around) ?? (isMade ? undefined : lackOfFile(source, around));
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,60}$/.test(source))
    return { expected: 'the name of a volume, or a path that begins with ./ or /', found: quoted(source) };
  const what = Object.hasOwn(volumes, source) ? notOurs(volumes[source]) : undefined;
  if (what === undefined) return undefined;
  return { expected: 'volumes that the drill makes', found: `${quoted(source)}, ${what}` };
}

/** In what a volume that the file declares is another than the drill would make. */
function notOurs(declared: unknown): string | undefined {
  const { external, driver, driver_opts } = (declared ?? {}) as Values;
  if (external) return 'which is there already (`external`)';
  if ((driver ?? 'local') !== 'local') return `which is of the driver ${found(driver)}`;
  return Object.keys(driver_opts ?? {}).length > 0 ? 'which lies elsewhere (`driver_opts`)' : undefined;
}

/**
 * The volumes of all services, by their names, where each has been told those of its own: a named volume that several
 * use is one that they share, and of a folder that one of them may write to, all see the same copy.
 */
export function together(volumes: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  const users = new Map<string, Set<string>>();
  const copied = new Set<string>();
  for (const [name, texts] of Object.entries(volumes))
    for (const { source, kind } of texts.map(volumeUseOf)) {
      users.set(source, (users.get(source) ?? new Set()).add(name));
      if (kind === 'copy') copied.add(source);
    }
  const words = ({ source, kind, isReadOnly, isBare }: VolumeUse) => [
    ...(kind === 'own' && users.get(source)!.size > 1 && !source.startsWith(UNNAMED) ? ['shared'] : []),
    ...(copied.has(source) ? ['copy'] : []),
    ...(isBare ? ['nocopy'] : []),
    ...(isReadOnly ? ['ro'] : []),
  ];
  const text = (use: VolumeUse) => textOf(use.source, use.target, words(use));
  return Object.fromEntries(
    Object.entries(volumes).map(([name, texts]) => [name, texts.map((one) => text(volumeUseOf(one)))]),
  );
}
