/** The folders in memory of a service, each as the node's own `tmpfs` has it: `/data:size=64m,mode=1777`. */
import { found, type Path } from '../problem.js';
import type { ServiceContext } from './context.js';
import { VOLUME_OPTIONS } from './keys.js';
import { mapAt } from './map.js';
import { sizeText } from './quantities.js';

const OPTION = /^[a-z]+(?:=[A-Za-z0-9%]+)?$/;

/** `tmpfs` of a service: one folder, or a list of them. */
export function memoryFolders(value: unknown, path: Path, context: ServiceContext): string[] {
  const entries = Array.isArray(value) ? value : value === null ? [] : [value];
  return entries.flatMap((entry, index) => {
    const at = Array.isArray(value) ? [...path, index] : path;
    if (typeof entry === 'string') {
      const [folder = '', ...options] = entry.split(':');
      return [folderText(folder, options.join(':').split(','), at, context)];
    }
    context.refuse(at, { expected: 'a folder, such as /run or /data:size=64m', found: found(entry) });
    return [];
  });
}

/** An entry of `volumes` that is a folder in memory. `given` is what it has under `tmpfs`, at `path`. */
export function memoryFolder(
  folder: string,
  readOnly: boolean,
  given: unknown,
  path: Path,
  context: ServiceContext,
): string {
  const { size, mode } = mapAt(given, path, VOLUME_OPTIONS.tmpfs, context) ?? {};
  const options = readOnly ? ['ro'] : [];
  if (size !== undefined && Number(size) !== 0) {
    if (sizeText(size) === undefined)
      context.refuse([...path, 'size'], { expected: 'a size, such as 64m', found: found(size) });
    options.push(`size=${size}`);
  }
  if (mode !== undefined) {
    // YAML has lost the 0 before an octal number.
    const octal = rightsOf(typeof mode === 'number' ? context.written([...path, 'mode']) : String(mode));
    if (octal === undefined)
      context.refuse([...path, 'mode'], { expected: 'rights, such as 0o1777', found: found(mode) });
    else options.push(`mode=${octal}`);
  }
  return folderText(folder, options, path, context);
}

/** Octal digits of rights as Compose reads them: octal with a 0 before it, else a decimal number. */
function rightsOf(text: string): string | undefined {
  const [, octal, decimal] = /^(?:0o?([0-7]{1,4})|([1-9]\d{0,3}))$/.exec(text) ?? [];
  return octal ?? (decimal === undefined ? undefined : Number(decimal).toString(8));
}

/** Of options, those that the node's own key takes. */
function folderText(
  folder: string,
  options: readonly string[],
  path: Path,
  { note, name }: ServiceContext,
): string {
  const taken = options.filter(Boolean).map(plainSize);
  for (const option of taken.filter((one) => !OPTION.test(one)))
    note(path, `the option ${option} of ${folder} of ${name} is not taken: a node's \`tmpfs\` has none such`);
  return [folder, taken.filter((one) => OPTION.test(one)).join(',')].filter(Boolean).join(':');
}

/** A size as the kernel has it: a small letter, or none for bytes. */
function plainSize(option: string): string {
  const [, size] = /^size=(.+)$/.exec(option) ?? [];
  const text = size === undefined ? undefined : sizeText(size);
  return text === undefined ? option : `size=${text.replace(/b$/, '')}`;
}
