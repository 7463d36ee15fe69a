/** The plug-ins that a drill file names, which have to be there before it can be read as a drill. */
import { boundedFile } from '../bounded-file.js';
import { readDocument } from './document.js';
import { MOST_BYTES } from './load.js';
import { Source } from './source.js';

/** None where the file cannot be read as YAML, or names none as it should: whoever loads it says what is wrong. */
export function pluginsIn(path: string, shown: string): string[] {
  const content = boundedFile(path, MOST_BYTES);
  if (!('bytes' in content)) return [];
  const reading = readDocument(new Source(shown, content.bytes.toString('utf8')));
  if ('problems' in reading) return [];
  const { plugins } = (reading.content.value ?? {}) as { plugins?: unknown };
  const isText = (one: unknown): one is string => typeof one === 'string';
  return Array.isArray(plugins) && plugins.every(isText) ? plugins : [];
}
