/**
 * `secrets` and `configs` of a service: files of the project that it reads, as Compose shows them.
 *
 *     secrets: [password]                            /run/secrets/password
 *     configs: [{ source: web, target: /etc/web }]   /etc/web
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

/** As entries of the `volumes` of a node. */
export function handedFiles(
  kind: 'secrets' | 'configs',
  value: unknown,
  path: Path,
  context: ServiceContext,
): string[] {
  if (!Array.isArray(value)) {
    if (value !== null) context.refuse(path, { expected: 'a list of names', found: found(value) });
    return [];
  }
  return value.flatMap((entry, index) => {
    const at = [...path, index];
    const held = typeof entry === 'object' ? mapAt(entry, at, HANDED_FILE, context) : { source: entry };
    if (!held) return [];
    const { source, target = source } = held as Values;
    const file = fileOf(kind, String(source), at, context);
    return file === undefined ? [] : [`${file}:${resolve(FOLDER[kind], String(target))}:ro`];
  });
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
    const other = Object.keys(about ?? {}).find((key) =>
      ['external', 'environment', 'content'].includes(key),
    );
    refuse(path, {
      expected: about ? `\`${kind}\` with a \`file\`` : `one of the file's own \`${kind}\``,
      found: other ? `${quoted(name)}, which has \`${other}\`` : found(name),
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
