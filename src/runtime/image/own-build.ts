/** The files of the drill's own build that run inside containers: the reference service, Toxiproxy, the agent. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { entry } from '../entry.js';
import type { TarFile } from './tar.js';

/** Where the build lies in the image. */
const FOLDER = '/opt/failover-drill';

/** What runs in containers, and what it imports; test/runtime/docker/own-build.test.ts holds it to that. */
const PARTS = [
  'clock.js',
  'random.js',
  'errors.js',
  'turns.js',
  'reference',
  'system/redis',
  'toxiproxy',
  'runtime/docker/agent',
];

/** The path in the image of an entry of the build, such as `reference/process.js`. */
export function entryInImage(name: string): string {
  return `${FOLDER}/${name}`;
}

export interface OwnBuild {
  files: TarFile[];
  /** A hash of the content. */
  identity: string;
}

/** Rejects with an `EnvironmentError` where there is no build. */
export async function ownBuild(): Promise<OwnBuild> {
  const folder = dirname(entry('errors.js'));
  const names = (await Promise.all(PARTS.map((part) => scripts(join(folder, part))))).flat().sort();
  const files = await Promise.all(
    names.map(async (file) => ({
      path: `${FOLDER}/${relative(folder, file)}`,
      content: await readFile(file),
    })),
  );
  files.push({ path: `${FOLDER}/package.json`, content: Buffer.from('{"type":"module"}\n') });
  // Names of peers stand in the hosts file, and nobody else is asked for them.
  files.push({ path: '/etc/nsswitch.conf', content: Buffer.from('hosts: files dns\n') });
  const hash = createHash('sha256');
  for (const { path, content } of files) hash.update(`${path}\n${content.length}\n`).update(content);
  return { files, identity: hash.digest('hex').slice(0, 12) };
}

async function scripts(path: string): Promise<string[]> {
  if (path.endsWith('.js')) return [path];
  const found = await readdir(path, { recursive: true });
  return found.filter((name) => name.endsWith('.js')).map((name) => join(path, name));
}
