/** The files of the Node that is running right now: the executable, its loader and the libraries that it needs. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import process from 'node:process';
import { promisify } from 'node:util';
import type { TarFile } from './tar.js';

/** Where Node is in the image. */
export const NODE_PATH = '/usr/local/bin/node';

export interface NodeExecutable {
  files: TarFile[];
  /** Changes whenever one of the files does: version, architecture, and each file's path, size and date. */
  identity: string;
}

/** Rejects where the files cannot be listed, as on a machine whose executables no Linux engine runs. */
export async function nodeExecutable(): Promise<NodeExecutable> {
  const libraries = await librariesOf(process.execPath);
  const paths = [process.execPath, ...libraries];
  const hash = createHash('sha256').update(`${process.version} ${process.arch}`);
  for (const path of paths) {
    const { size, mtimeMs } = await stat(path);
    hash.update(`\n${path} ${size} ${mtimeMs}`);
  }
  return {
    files: [
      { path: NODE_PATH, content: { file: process.execPath }, executable: true },
      ...libraries.map((path) => ({ path, content: { file: path }, executable: true })),
    ],
    identity: hash.digest('hex').slice(0, 12),
  };
}

/** The libraries and the loader, each at the path where the executable looks for it; none where it is static. */
async function librariesOf(file: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ldd', [file]).catch(
    (error: { stdout?: string; stderr?: string }) => {
      if (`${error.stdout}${error.stderr}`.includes('not a dynamic executable')) return { stdout: '' };
      throw error;
    },
  );
  return parseLdd(stdout);
}

/** `libm.so.6 => /lib/libm.so.6 (0x7f...)` and `/lib64/ld-linux-x86-64.so.2 (0x7f...)`; the vdso is no file. */
export function parseLdd(output: string): string[] {
  const paths = output.split('\n').flatMap((line) => {
    const [, path] = /(?:=>\s+|^\s*)(\/\S+)\s+\(0x/.exec(line) ?? [];
    return path === undefined ? [] : [path];
  });
  return [...new Set(paths)];
}
