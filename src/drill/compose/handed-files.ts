/**
 * `secrets` and `configs` of a service: files of the project that it reads, as Compose shows them.
 *
 *     secrets: [password]                            /run/secrets/password
 *     configs: [{ source: web, target: /etc/web }]   /etc/web
 *
 * Those of a variable, or with a `content`, have their text made a file in the container.
 */
import { resolve } from 'node:path';
import { found, type Path, quoted } from '../problem.js';
import { advice, listed } from '../suggest.js';
import { bindLack, lackOfFile } from './binds.js';
import type { ServiceContext, Values } from './context.js';
import { HANDED_FILE } from './keys.js';
import { mapAt } from './map.js';

/** The folder in which a service finds them where the file does not say. */
const FOLDER = { secrets: '/run/secrets/', configs: '/' } as const;

/** What of a node they come to: entries of its `volumes`, and its `files`. */
export interface Handed {
  volumes: string[];
  files: Record<string, string>;
}

export function handedFiles(
  kind: 'secrets' | 'configs',
  value: unknown,
  path: Path,
  context: ServiceContext,
): Handed {
  const handed: Handed = { volumes: [], files: {} };
  if (!Array.isArray(value)) {
    if (value !== null) context.refuse(path, { expected: 'a list of names', found: found(value) });
    return handed;
  }
  for (const [index, entry] of value.entries()) {
    const at = [...path, index];
    const held = typeof entry === 'object' ? mapAt(entry, at, HANDED_FILE, context) : { source: entry };
    if (!held) continue;
    const { source, target = source } = held as Values;
    const place = resolve(FOLDER[kind], String(target));
    const origin = originOf(kind, String(source), at, context);
    if (origin && 'file' in origin) handed.volumes.push(`${origin.file}:${place}:ro`);
    else if (origin) handed.files[place] = origin.text;
  }
  return handed;
}

/** The file, or the text, of a secret or a config that the Compose file declares; undefined where it is refused. */
function originOf(
  kind: 'secrets' | 'configs',
  name: string,
  path: Path,
  context: ServiceContext,
): { file: string } | { text: string } | undefined {
  const { content, environment: variable } = (context.declared[kind][name] ?? {}) as Values;
  if (typeof content === 'string') return { text: content };
  if (typeof variable === 'string') {
    const text = context.environment(variable);
    if (text !== undefined) return { text };
    context.refuse(path, {
      expected: `the variable ${variable}, which ${quoted(name)} is made of`,
      found: 'that it is not set',
      todo: 'set it, or put it into the .env beside the Compose file',
    });
    return undefined;
  }
  const file = fileOf(kind, name, path, context);
  return file === undefined ? undefined : { file };
}

/** The file of a secret or a config that the Compose file declares; undefined where it is refused. */
function fileOf(
  kind: 'secrets' | 'configs',
  name: string,
  path: Path,
  { declared, refuse, folder, around }: ServiceContext,
): string | undefined {
  const known = Object.keys(declared[kind]);
  const about = (declared[kind][name] ?? undefined) as Values | undefined;
  const { file } = about ?? {};
  if (typeof file !== 'string') {
    const isExternal = about !== undefined && 'external' in about;
    refuse(path, {
      expected: about
        ? `\`${kind}\` with a \`file\`, an \`environment\` or a \`content\``
        : `one of the file's own \`${kind}\``,
      found: isExternal ? `${quoted(name)}, which is \`external\`` : found(name),
      todo: about ? 'write it to a file of the project' : `declare it: ${listed(known) || 'none is'}`,
      ...(about ? {} : advice(name, known)),
    });
    return undefined;
  }
  const at = resolve(folder, file);
  const lack = bindLack(at, around) ?? lackOfFile(at, around);
  if (!lack) return at;
  refuse(path, {
    ...lack,
    todo: 'put a file of that name there, as an example for drills where it is a real secret',
  });
  return undefined;
}
