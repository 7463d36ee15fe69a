/**
 * What the nodes of a run see at the folders of their `volumes`:
 *
 *     data:/data            a volume of the node's own        ./a.conf:/a:ro      the file as it is
 *     data:/data:shared     one for all nodes that say so     ./data:/data:copy   a volume with a copy, for all that say so
 *                                                             ./a.conf:/a:copy    a copy in the container
 *
 * And the files that the drill file tells the text of (`files`), which are made in the container.
 */
import { statSync } from 'node:fs';
import type Dockerode from 'dockerode';
import { type ContainerSpec, tmpfsOf, type VolumeUse, volumeUseOf } from '../../drill/container.js';
import { EnvironmentError, messageOf } from '../../errors.js';
import { copiedFiles } from '../image/copied-files.js';
import { tar } from '../image/tar.js';
import { refusalOf } from './engine.js';
import { nameInEngine } from './labels.js';

type Containers = Readonly<Record<string, ContainerSpec>>;
type Mount = Dockerode.MountSettings;

/** Volumes are told from those of others by the name and the labels of a node of the run. */
export interface VolumeSetting {
  docker: Dockerode;
  run: string;
  /** Of a part, such as `node a`. */
  labels(part: string): Record<string, string>;
}

export class NodeVolumes {
  readonly #containers: Containers;
  readonly #setting: VolumeSetting;
  /** What is copied, or was: a folder once, a file into each container. */
  readonly #filled = new Map<string, Promise<void>>();

  constructor(containers: Containers, setting: VolumeSetting) {
    this.#containers = containers;
    this.#setting = setting;
  }

  /** What the engine is told of them for a node. Throws where there is nothing to be copied. */
  mounts(node: string): Mount[] {
    return this.#uses(node).flatMap((use) => {
      const { source, target, kind, isReadOnly, isBare } = use;
      if (kind === 'seen') return seen(source, target);
      const owner = kind === 'own' ? node : this.#firstUser(use);
      if (kind === 'copy') return isFolder(use) ? this.#copyOf(owner, use) : [];
      return this.volume(owner, source, target, isReadOnly, isBare);
    });
  }

  /** The volume with the copy of a folder. It begins with that, and not with what the image has in its place. */
  #copyOf(owner: string, use: VolumeUse): Mount {
    const place = this.#uses(owner).findIndex((one) => isSame(one, use));
    return this.volume(owner, `_copy${place}`, use.target, use.isReadOnly, true);
  }

  /** A volume of a node. */
  volume(node: string, name: string, target: string, isReadOnly: boolean, isBare = false): Mount {
    const { run, labels } = this.#setting;
    return {
      Type: 'volume',
      Source: `${nameInEngine(run, node)}-${name}`,
      Target: target,
      ReadOnly: isReadOnly,
      VolumeOptions: {
        NoCopy: isBare,
        Labels: labels(`node ${node}`),
        DriverConfig: { Name: 'local', Options: {} },
      },
    };
  }

  /** Copies what a container that was made and has not started yet is to have. */
  async fill(node: string, container: Dockerode.Container): Promise<void> {
    for (const use of this.#uses(node).filter(({ kind }) => kind === 'copy')) {
      const key = isFolder(use) ? use.source : `${container.id} ${use.target}`;
      const work = this.#filled.get(key) ?? this.#copy(node, container, use);
      this.#filled.set(key, work);
      await work;
    }
    await this.#write(node, container);
  }

  async #write(node: string, container: Dockerode.Container): Promise<void> {
    const { files = {} } = this.#containers[node] ?? {};
    const told = Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text) }));
    if (told.length === 0) return;
    for (const { path } of told) this.#assertOnDisk(node, path, `the file ${path}`);
    await container.putArchive(tar(told), { path: '/' }).catch((error: unknown) => {
      const expected = `${Object.keys(files).join(', ')} to be written`;
      throw new EnvironmentError(
        { where: `node ${node}`, expected, found: refusalOf(error) },
        { cause: error },
      );
    });
  }

  /** What is put into a container before it starts would be hidden by a folder in memory. */
  #assertOnDisk(node: string, target: string, what: string): void {
    const memory = [...tmpfsOf(this.#containers[node] ?? {}).keys()].find((folder) =>
      target.startsWith(`${folder}/`),
    );
    if (memory === undefined) return;
    throw new EnvironmentError({
      where: `node ${node}, ${what}`,
      expected: 'a place on disk for a file that is copied',
      found: `${target}, in the \`tmpfs\` ${memory}`,
      todo: 'have it only read, with :ro, or leave the `tmpfs` out',
    });
  }

  async #copy(node: string, container: Dockerode.Container, use: VolumeUse): Promise<void> {
    const { source, target } = use;
    if (!isFolder(use)) this.#assertOnDisk(node, target, `volume ${source}`);
    try {
      if (isFolder(use) && use.isReadOnly) await this.#copyBeside(node, container, use);
      else await put(container, use);
    } catch (error) {
      if (error instanceof EnvironmentError) throw error;
      throw new EnvironmentError(
        {
          where: `node ${node}`,
          expected: `${source} to be copied to ${target}`,
          found: refusalOf(error) || messageOf(error),
        },
        { cause: error },
      );
    }
  }

  /** Into a volume that the node may only read: by a container that never starts, which may write to it. */
  async #copyBeside(node: string, container: Dockerode.Container, use: VolumeUse): Promise<void> {
    const { docker, run, labels } = this.#setting;
    const { Image } = await container.inspect();
    const beside = await docker.createContainer({
      name: nameInEngine(run, `${node}.copy`),
      Image,
      Cmd: ['none'],
      Labels: labels(`copy ${node}`),
      HostConfig: {
        NetworkMode: 'none',
        Mounts: [{ ...this.#copyOf(this.#firstUser(use), use), ReadOnly: false }],
      },
    });
    await put(beside, use);
    await beside.remove({ force: true });
  }

  #uses(node: string): VolumeUse[] {
    return (this.#containers[node]?.volumes ?? []).map(volumeUseOf);
  }

  /** The node by whose name a volume goes that several use. */
  #firstUser(use: VolumeUse): string {
    return Object.keys(this.#containers).find((node) => this.#uses(node).some((one) => isSame(one, use)))!;
  }
}

/** From the root on, so that what is copied brings its own owner and rights. */
async function put(container: Dockerode.Container, { source, target }: VolumeUse): Promise<void> {
  const archive = tar(await copiedFiles(source, target));
  const unreadable = new Promise<never>((_, reject) => archive.once('error', reject));
  await Promise.race([unreadable, container.putArchive(archive, { path: '/' })]);
}

function isSame(one: VolumeUse, other: VolumeUse): boolean {
  return one.source === other.source && one.kind === other.kind;
}

function isFolder({ source }: VolumeUse): boolean {
  const about = statSync(source, { throwIfNoEntry: false });
  if (about?.isDirectory()) return true;
  if (about?.isFile()) return false;
  throw new EnvironmentError({
    where: `volume ${source}`,
    expected: 'a file or folder to be copied',
    found: about ? 'a socket, a pipe or a device' : 'nothing there',
  });
}

/** A file or folder of this machine, to be read. */
export function seen(path: string, target: string): Mount {
  return { Type: 'bind', Source: path, Target: target, ReadOnly: true };
}
