/**
 * A disk that can lose its power: an ext4 file system in a file, mounted at a folder by a loop device. What was never
 * written back is not in the file, so that a copy of the file is what a real disk would have kept.
 *
 *     made -> mounted -> (power goes: the file is copied as it is, the copy is mounted in its place) -> ... -> unmounted
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { EnvironmentError, messageOf } from '../../errors.js';
import { onPath } from '../on-path.js';

/** How large a disk is, in bytes; its file takes no more room than what is on it. */
const SIZE = 256 * 1024 * 1024;

const PROGRAMS = ['mkfs.ext4', 'mount', 'umount', 'cp'];

/** Why this machine can have no such disks; undefined where it can. */
export function lackOfDisks(path: string | undefined): string | undefined {
  if (process.platform !== 'linux') return 'disks that lose what was not synced need Linux';
  if (process.getuid?.() !== 0) return 'mounting a disk takes root';
  const missing = PROGRAMS.filter((name) => onPath(name, path) === undefined);
  if (missing.length > 0) return `no ${missing.join(', no ')} on PATH`;
  try {
    return readFileSync('/proc/devices', 'utf8').includes(' loop\n') ? undefined : 'no loop devices';
  } catch (error) {
    return messageOf(error);
  }
}

export class Disk {
  readonly #folder: string;
  readonly #images: string;
  #lives = 0;

  /** `folder` is where it is seen, `images` where its files lie. */
  constructor(folder: string, images: string) {
    this.#folder = folder;
    this.#images = images;
  }

  async make(): Promise<void> {
    await mkdir(this.#images, { recursive: true, mode: 0o700 });
    await writeFile(this.#image, '', { flag: 'wx', mode: 0o600 });
    await truncate(this.#image, SIZE);
    // No reserve for root, and nothing left to be written in the background.
    await run(
      'mkfs.ext4',
      '-q',
      '-F',
      '-m',
      '0',
      '-E',
      'lazy_itable_init=0,lazy_journal_init=0',
      this.#image,
    );
    await this.#mount();
  }

  /** What was not made durable is gone. Whoever writes to it must be dead. */
  async losePower(): Promise<void> {
    const before = this.#image;
    this.#lives += 1;
    await run('cp', '--sparse=always', before, this.#image);
    await unmount(this.#folder);
    await this.#mount();
    await rm(before);
  }

  /** What is wrong with it as the one that had its power taken away last; undefined where it is that one. */
  lack(): string | undefined {
    const mounted = mountedAt(this.#folder);
    if (mounted === undefined) return 'no disk';
    const file = backingOf(mounted);
    return basename(file) === basename(this.#image) ? undefined : `another disk (${basename(file)})`;
  }

  get #image(): string {
    return join(this.#images, `${basename(this.#folder)}.${this.#lives}.img`);
  }

  #mount(): Promise<void> {
    return run('mount', '-o', 'loop,noatime', this.#image, this.#folder);
  }
}

/** Unmounts what is mounted at a folder, however often. */
export async function unmount(folder: string): Promise<void> {
  while (mountedAt(folder) !== undefined) await run('umount', '-l', folder);
}

/** The device that is seen at a folder (proc(5), mountinfo); undefined where nothing is mounted there. */
export function mountedAt(folder: string): string | undefined {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n');
  const [fields] = lines
    .map((line) => line.split(' '))
    .filter((line) => decoded(line[4] ?? '') === folder)
    .slice(-1);
  return fields?.[fields.indexOf('-') + 2];
}

/** Spaces and the like stand there as octal numbers. */
function decoded(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
}

/** The file behind a loop device. */
function backingOf(device: string): string {
  try {
    return readFileSync(`/sys/block/${basename(device)}/loop/backing_file`, 'utf8').trim();
  } catch {
    return device;
  }
}

async function run(command: string, ...args: string[]): Promise<void> {
  try {
    await promisify(execFile)(command, args);
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim();
    throw new EnvironmentError(
      { expected: `\`${command} ${args.join(' ')}\` to succeed`, found: said || messageOf(error) },
      { cause: error },
    );
  }
}
