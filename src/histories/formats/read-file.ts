/** Reads a history of any format into a table of operations, chunk by chunk. */
import { UsageError } from '../../errors.js';
import { detectFormat, FORMATS, type Format } from './detect.js';
import { EdnReader } from './edn.js';
import { bufferOf } from './input.js';
import { JepsenLogReader } from './jepsen-log.js';
import { JsonlReader, JsonReader } from './json.js';
import type { OperationTable } from './operation-table.js';
import type { HistoryReader } from './reader.js';

export { detectFormat, FORMATS, type Format } from './detect.js';

const READERS: Readonly<Record<Format, new (file: string) => HistoryReader>> = {
  jsonl: JsonlReader,
  json: JsonReader,
  edn: EdnReader,
  'jepsen-log': JepsenLogReader,
  kv: EdnReader,
};

/** How much of a text may be searched for what tells its format. */
const MOST_HEAD_BYTES = 16 << 20;

/**
 * Reads a history from chunks of its text. `name` is what messages call it; `auto` tells the format from the beginning
 * of the text. Undefined where `more` said, between two chunks, that there is no time to read on.
 * @throws UsageError with file, line and column where the text is not what it should be
 */
export async function readHistory(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  format: Format | 'auto',
  more: () => boolean,
): Promise<{ table: OperationTable; format: Format } | undefined> {
  const known = ['auto', ...FORMATS];
  if (!known.includes(format))
    throw new UsageError({ where: '--format', expected: `one of ${known.join(', ')}`, found: `"${format}"` });
  let reader: HistoryReader | undefined;
  let told = format === 'auto' ? undefined : format;
  let head: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (!more()) return undefined;
    let bytes = bufferOf(chunk);
    if (reader === undefined) {
      head = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
      told ??= detectFormat(head.toString('utf8'));
      if (told === undefined && head.length < MOST_HEAD_BYTES) continue;
      if (told === undefined) break;
      reader = new READERS[told](name);
      bytes = head;
    }
    reader.feed(bytes);
  }
  if (reader === undefined || told === undefined) throw unknownFormat(name, head.toString('utf8'));
  return { table: reader.end(), format: told };
}

function unknownFormat(name: string, text: string): UsageError {
  const line = text.split('\n').find((each) => each.trim() !== '') ?? '';
  return new UsageError({
    where: `${name}:1:1`,
    expected: `a history as ${FORMATS.join(', ')}`,
    found: line === '' ? 'an empty file' : JSON.stringify(line.slice(0, 60)),
    todo: 'name the format with --format',
  });
}
