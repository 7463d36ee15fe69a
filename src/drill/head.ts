/** What a drill file says of itself at its head, read without the parts that it needs: no code of plug-ins runs for it. */
import { boundedFile } from '../bounded-file.js';
import { readDocument } from './document.js';
import { MOST_BYTES } from './load.js';
import { MOST_PLUGINS } from './schema.js';
import { Source } from './source.js';

export interface Head {
  name: string;
  tags: string[];
  about: string;
  /** The paths of its plug-ins, as the file has them. */
  plugins: string[];
}

/**
 * What is not as it should be is left out: it shows when the file is loaded. A file that cannot be read as YAML, or is
 * plainly no drill, has no head.
 */
export function headOf(path: string, shown: string): Head | undefined {
  const content = boundedFile(path, MOST_BYTES);
  if (!('bytes' in content)) return undefined;
  const reading = readDocument(new Source(shown, content.bytes.toString('utf8')));
  if ('problems' in reading || typeof reading.content.value !== 'object') return undefined;
  const { name, tags, about, plugins, topology } = (reading.content.value ?? {}) as Record<string, unknown>;
  if (topology === undefined) return undefined;
  const paths = texts(plugins);
  return {
    name: typeof name === 'string' ? name : '',
    tags: texts(tags),
    about: typeof about === 'string' ? about : '',
    plugins: paths.length > MOST_PLUGINS ? [] : paths,
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : [];
}
