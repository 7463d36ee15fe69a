/**
 * Writes a tar archive (POSIX ustar), which is how an engine takes files:
 *
 *     header (512 bytes) | content, filled up to 512 | header | content | ... | two empty blocks
 *
 * Owner is root where none is told, and every date is the same, so that the same content gives the same archive.
 */
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { EnvironmentError } from '../../errors.js';

/** A file of an archive: its path in there, and where its content comes from. */
export interface TarFile {
  path: string;
  content: Buffer | { file: string } | { link: string } | 'folder';
  /** Whether it may be executed. */
  executable?: boolean;
  /** Whose it is, and its rights, where they are not what is usual. */
  owner?: Owner;
}

export interface Owner {
  user: number;
  group: number;
  mode: number;
}

const BLOCK = 512;

/** The archive as a stream; files are read one at a time as they are due. */
export function tar(files: readonly TarFile[]): Readable {
  return Readable.from(blocks(files));
}

async function* blocks(files: readonly TarFile[]): AsyncGenerator<Buffer> {
  for (const { path, content, executable = false, owner } of files) {
    const name = path.replace(/^\/+/, '');
    if (content === 'folder') {
      yield header(`${name}/`, 0, owner ?? root(0o755), '5');
      continue;
    }
    if (!Buffer.isBuffer(content) && 'link' in content) {
      yield header(name, 0, owner ?? root(0o777), '2', content.link);
      continue;
    }
    const data = Buffer.isBuffer(content) ? content : await readFile(content.file);
    yield header(name, data.length, owner ?? root(executable ? 0o755 : 0o644));
    yield data;
    yield Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

function root(mode: number): Owner {
  return { user: 0, group: 0, mode };
}

/** `kind` is the archive's own word for a file, a link or a folder. */
function header(path: string, size: number, { user, group, mode }: Owner, kind = '0', link = ''): Buffer {
  const block = Buffer.alloc(BLOCK);
  const { name, prefix } = split(path);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;
  block.write(name, 0);
  block.write(octal(mode, 8), 100);
  writeId(block, user, 108);
  writeId(block, group, 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write(' '.repeat(8), 148);
  block.write(kind, 156);
  if (Buffer.byteLength(link) > 100) throw tooLong(link);
  block.write(link, 157);
  block.write('ustar\x0000', 257);
  block.write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** A user or a group. What has no room in octal is written in binary, which its first bit says. */
function writeId(block: Buffer, id: number, at: number): void {
  if (id < 8 ** 7) return void block.write(`${id.toString(8).padStart(7, '0')}\0`, at);
  block.writeUInt32BE(0x8000_0000, at);
  block.writeUInt32BE(id, at + 4);
}

/** A path of more than 100 bytes is cut at a slash. */
function split(path: string): { name: string; prefix: string } {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: '' };
  for (let cut = path.indexOf('/'); cut > 0; cut = path.indexOf('/', cut + 1)) {
    const [prefix, name] = [path.slice(0, cut), path.slice(cut + 1)];
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return { name, prefix };
  }
  throw tooLong(path);
}

function tooLong(path: string): EnvironmentError {
  return new EnvironmentError({
    where: path,
    expected: 'a path that fits into an archive',
    found: 'a longer one',
    todo: 'shorten it, or leave the file out (with .dockerignore where it is built)',
  });
}
