/**
 * The bytes of a history from a file or a stream: unpacked where they are gzip's, without a byte order mark. What
 * is packed otherwise or is no UTF-8 is refused by its name.
 */
import { Readable } from 'node:stream';
import { messageOf, UsageError } from '../../errors.js';

const CHUNK_BYTES = 1 << 20;

/** What files begin with that have to be unpacked first, and by which command. */
const PACKED: readonly { name: string; magic: readonly number[]; command: string }[] = [
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], command: 'zstd -dc' },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], command: 'xz -dc' },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], command: 'bzip2 -dc' },
  { name: 'lz4', magic: [0x04, 0x22, 0x4d, 0x18], command: 'lz4 -dc' },
  { name: 'zip', magic: [0x50, 0x4b, 0x03, 0x04], command: 'unzip -p' },
];
const GZIP = [0x1f, 0x8b];
const MARK = [0xef, 0xbb, 0xbf];

/** Encodings by what a text in them begins with: a byte order mark, or a character of ASCII. */
const ENCODINGS: readonly { name: string; is(head: Buffer): boolean }[] = [
  { name: 'UTF-32', is: (head) => begins(head, [0xff, 0xfe, 0, 0]) || begins(head, [0, 0, 0xfe, 0xff]) },
  { name: 'UTF-16', is: (head) => begins(head, [0xff, 0xfe]) || begins(head, [0xfe, 0xff]) },
  {
    name: 'UTF-16',
    is: (head) =>
      head.length >= 4 && (head[0] === 0) !== (head[1] === 0) && (head[2] === 0) !== (head[3] === 0),
  },
];
const HEAD_BYTES = 8;

/**
 * The text of a history as bytes of UTF-8, from its raw bytes. `name` is what messages call it.
 * @throws UsageError for what is packed by anything but gzip, and for other encodings
 */
export async function* historyBytes(
  name: string,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void> {
  const { head, chunks } = await peeked(source, HEAD_BYTES);
  if (begins(head, GZIP)) {
    yield* historyBytes(name, unpacked(name, chunks));
    return;
  }
  refuseOthers(name, head);
  let skip = begins(head, MARK) ? MARK.length : 0;
  for await (const chunk of chunks) {
    yield skip === 0 ? chunk : chunk.subarray(skip);
    skip = 0;
  }
}

/** The raw bytes of a file. */
export async function* fileBytes(path: string): AsyncGenerator<Buffer, void> {
  const { createReadStream } = await import('node:fs');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) yield chunk as Buffer;
  } catch (error) {
    throw new UsageError(
      { where: path, expected: 'a history file', found: messageOf(error) },
      { cause: error },
    );
  }
}

/** A stream's beginning, of at least some bytes where it has as many, and the whole of it. */
export async function peeked(
  source: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<{ head: Buffer; chunks: AsyncIterable<Buffer> }> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  let done = false;
  while (head.length < bytes && !done) {
    const next = await iterator.next();
    if (next.done === true) done = true;
    else head = head.length === 0 ? bufferOf(next.value) : Buffer.concat([head, next.value]);
  }
  async function* chunks(): AsyncGenerator<Buffer, void> {
    try {
      if (head.length > 0) yield head;
      while (!done) {
        const next = await iterator.next();
        if (next.done === true) done = true;
        else yield bufferOf(next.value);
      }
    } finally {
      if (!done) await iterator.return?.();
    }
  }
  return { head, chunks: chunks() };
}

/** The same bytes, not a copy. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function* unpacked(name: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const [{ createGunzip }, { pipeline }] = await Promise.all([import('node:zlib'), import('node:stream')]);
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  let failed: unknown;
  // The error comes out of the loop as well.
  pipeline(Readable.from(chunks), gunzip, (error) => {
    failed = error;
  });
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    const cause = failed ?? error;
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(
      { where: name, expected: 'a whole file of gzip', found: messageOf(cause) },
      { cause },
    );
  }
}

function refuseOthers(name: string, head: Buffer): void {
  const packed = PACKED.find(({ magic }) => begins(head, magic));
  if (packed !== undefined) {
    throw new UsageError({
      where: name,
      expected: 'text, or gzip',
      found: `a file packed by ${packed.name}`,
      todo: `unpack it: ${packed.command} FILE | drill check -`,
    });
  }
  const encoding = ENCODINGS.find(({ is }) => is(head));
  if (encoding !== undefined) {
    throw new UsageError({
      where: `${name}:1:1`,
      expected: 'text in UTF-8',
      found: `text in ${encoding.name}`,
      todo: `convert it: iconv -f ${encoding.name} -t UTF-8 FILE | drill check -`,
    });
  }
}

function begins(head: Buffer, magic: readonly number[]): boolean {
  return magic.every((byte, at) => head[at] === byte);
}
