/** Reads a history file of any format into a table of operations, chunk by chunk. */
import { createReadStream } from 'node:fs';
import { isError, messageOf, UsageError } from '../../errors.js';
import { EdnReader } from './edn.js';
import { JepsenLogReader } from './jepsen-log.js';
import { JsonlReader } from './jsonl.js';
import { KvReader } from './kv.js';
import type { OperationTable } from './operation-table.js';
import type { HistoryReader } from './reader.js';

export const FORMATS = ['jsonl', 'edn', 'jepsen-log', 'kv'] as const;
export type Format = (typeof FORMATS)[number];

const READERS: Readonly<Record<Format, new (file: string) => HistoryReader>> = {
  jsonl: JsonlReader,
  edn: EdnReader,
  'jepsen-log': JepsenLogReader,
  kv: KvReader,
};

const CHUNK_BYTES = 1 << 20;

export interface ReadHistory {
  table: OperationTable;
  format: Format;
}

/**
 * Reads a history. `auto` tells the format from the beginning of the file.
 * @throws UsageError with file, line and column where the file is not what it should be
 */
export async function readHistoryFile(path: string, format: Format | 'auto' = 'auto'): Promise<ReadHistory> {
  if (format !== 'auto' && !FORMATS.includes(format)) {
    throw new UsageError({
      where: '--format',
      expected: `one of auto, ${FORMATS.join(', ')}`,
      found: `"${format}"`,
    });
  }
  let reader: HistoryReader | undefined;
  let known = format === 'auto' ? undefined : format;
  let head: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      let bytes = chunk as Buffer;
      if (reader === undefined) {
        head = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
        known ??= detectFormat(head.toString('utf8'));
        if (known === undefined) continue;
        reader = new READERS[known](path);
        bytes = head;
      }
      reader.feed(bytes);
    }
  } catch (error) {
    if (isError(error) && 'code' in error && 'syscall' in error) {
      throw new UsageError(
        { where: path, expected: 'a history file', found: messageOf(error) },
        { cause: error },
      );
    }
    throw error;
  }
  if (reader === undefined || known === undefined) throw unknownFormat(path, head.toString('utf8'));
  return { table: reader.end(), format: known };
}

/** The format of a text by its first lines, or undefined where none of them tells. */
export function detectFormat(text: string): Format | undefined {
  for (const raw of text.split('\n', 10_000)) {
    const line = raw.trim();
    if (line === '' || line.startsWith(';')) continue;
    if (line.includes('jepsen.util')) return 'jepsen-log';
    if (/^\{\s*"/.test(line)) return 'jsonl';
    if (/^(?:[[(]\s*)?(?:#[\w.]+\s*)?\{?\s*:/.test(line) || /^[[(]\s*(?:#[\w.]+)?\{/.test(line))
      return ednKind(text);
    if (/^[[(]$/.test(line) || line.startsWith('#jepsen')) return 'edn';
  }
  return undefined;
}

function ednKind(text: string): Format {
  return /:f\s+:(?:get|put)\b/.test(text) && /:key\s/.test(text) ? 'kv' : 'edn';
}

function unknownFormat(path: string, text: string): UsageError {
  const line = text.split('\n').find((each) => each.trim() !== '') ?? '';
  return new UsageError({
    where: `${path}:1:1`,
    expected: `a history as ${FORMATS.join(', ')}`,
    found: line === '' ? 'an empty file' : JSON.stringify(line.slice(0, 60)),
    todo: 'name the format with --format',
  });
}
