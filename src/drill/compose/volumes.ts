/**
 * The volumes of a service. Each node has volumes of its own, gone with the run. Files and folders of this machine
 * are seen read-only or not at all: the drill touches only what it created.
 */
import { resolve } from 'node:path';
import { found, type Path, quoted } from '../problem.js';
import type { ServiceContext } from './service.js';

interface Use {
  type: 'volume' | 'bind' | 'tmpfs';
  source: string;
  target: string;
  readOnly: boolean;
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
  const uses = value.flatMap((entry, index) => {
    const use = useOf(entry);
    const at = [...path, index];
    if (!use) context.refuse(at, { expected: 'a volume, such as data:/var/lib/data', found: found(entry) });
    return use && isAllowed(use, at, context) ? [use] : [];
  });
  const text = ({ type, source, target, readOnly }: Use) =>
    `${type === 'bind' ? resolve(context.folder, source) : source}:${target}${readOnly ? ':ro' : ''}`;
  const volumes = uses.filter(({ type }) => type !== 'tmpfs').map(text);
  const tmpfs = uses.filter(({ type }) => type === 'tmpfs').map(({ target }) => target);
  return { ...(volumes.length > 0 ? { volumes } : {}), ...(tmpfs.length > 0 ? { tmpfs } : {}) };
}

function useOf(entry: unknown): Use | undefined {
  if (typeof entry === 'object' && entry !== null) {
    const { type, source, target, read_only } = entry as Record<string, unknown>;
    if (typeof target !== 'string' || !['volume', 'bind', 'tmpfs'].includes(String(type))) return undefined;
    return named({
      type: type as Use['type'],
      source: String(source ?? ''),
      target,
      readOnly: read_only === true,
    });
  }
  const parts = String(entry).split(':');
  const [source = '', target = '', access = ''] = parts.length === 1 ? ['', ...parts] : parts;
  if (!target.startsWith('/') || parts.length > 3) return undefined;
  const type = /^[./~]/.test(source) ? 'bind' : 'volume';
  return named({ type, source, target, readOnly: access.split(',').includes('ro') });
}

/** A volume without a name gets one by its place. */
function named(use: Use): Use {
  if (use.type !== 'volume' || use.source !== '') return use;
  return { ...use, source: `unnamed${use.target.replace(/[^A-Za-z0-9]+/g, '-')}`.replace(/-$/, '') };
}

function isAllowed({ type, source, readOnly }: Use, at: Path, context: ServiceContext): boolean {
  const refuse = (expected: string, what: string, todo: string) => {
    context.refuse(at, { expected, found: what, todo });
    return false;
  };
  const instead = `give ${context.name} other \`volumes\` in the drill file`;
  if (type === 'bind') {
    if (/\.sock$|^~|^\/$/.test(source))
      return refuse('a file or folder that a node may read', quoted(source), instead);
    if (!readOnly)
      return refuse(
        'files of this machine to be read only',
        `${quoted(source)}, which the node could write to`,
        `add :ro, or ${instead}, such as a named volume`,
      );
  }
  const declared = context.volumes[source] as { external?: unknown } | null | undefined;
  if (type === 'volume' && declared?.external)
    return refuse(
      'volumes that the drill makes',
      `${quoted(source)}, which is there already (\`external\`)`,
      instead,
    );
  return true;
}

/** The volume that a text such as `data:/var/lib/data` names; undefined for files of this machine. */
export function volumeName(use: unknown): string | undefined {
  const [source = ''] = String(use).split(':');
  return /^[./]/.test(source) ? undefined : source;
}
