/**
 * The disk of a machine: one append-only file of JSON lines. What is handed over while a sync is under way
 * waits and goes to the disk with the next one (group commit). A last line that a crash tore is cut off; a line that is
 * broken before the end had been synced, and a machine that has lost what it has promised must not go on.
 */
import { closeSync, fdatasync, ftruncateSync, mkdirSync, openSync, readFileSync, write } from 'node:fs';
import { join } from 'node:path';
import type { DiskRecord } from './effect.js';
import type { Disk } from './shell.js';

export class Storage implements Disk {
  readonly #file: number;
  readonly #synced: (sequence: number) => void;
  readonly #fsync: boolean;
  readonly records: readonly DiskRecord[];
  #waiting: string[] = [];
  #sequence = 0;
  #busy = false;

  /**
   * Opens the file in `folder` and reads it; `synced` is told of each write that has reached the disk. Throws where the
   * file is broken before its end.
   */
  constructor(folder: string, synced: (sequence: number) => void, fsync = true) {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'log.jsonl');
    this.#file = openSync(path, 'a+');
    this.#synced = synced;
    this.#fsync = fsync;
    const content = readFileSync(path);
    const { records, length } = parse(content, path);
    if (length < content.length) ftruncateSync(this.#file, length);
    this.records = records;
  }

  append(sequence: number, records: readonly DiskRecord[]): void {
    for (const record of records) this.#waiting.push(JSON.stringify(record));
    this.#sequence = sequence;
    if (!this.#busy) this.#flush();
  }

  close(): void {
    closeSync(this.#file);
  }

  #flush(): void {
    this.#busy = true;
    const data = Buffer.from(`${this.#waiting.join('\n')}\n`);
    const sequence = this.#sequence;
    this.#waiting = [];
    this.#write(data, () => {
      this.#synced(sequence);
      if (this.#waiting.length > 0) this.#flush();
      else this.#busy = false;
    });
  }

  #write(data: Buffer, done: () => void): void {
    write(this.#file, data, 0, data.length, null, (error, written) => {
      if (error) throw error;
      if (written < data.length) return this.#write(data.subarray(written), done);
      if (!this.#fsync) return done();
      fdatasync(this.#file, (failure) => {
        if (failure) throw failure;
        done();
      });
    });
  }
}

/** The records of the whole lines, and how many bytes those are. */
function parse(content: Buffer, path: string): { records: DiskRecord[]; length: number } {
  const records: DiskRecord[] = [];
  let length = 0;
  for (let end = content.indexOf(10); end !== -1; end = content.indexOf(10, length)) {
    const record = recordOf(content.toString('utf8', length, end));
    if (!record && content.indexOf(10, end + 1) === -1) break;
    if (!record) throw new Error(brokenText(path, records.length + 1, content.length - end - 1));
    records.push(record);
    length = end + 1;
  }
  return { records, length };
}

function recordOf(line: string): DiskRecord | undefined {
  try {
    const record = JSON.parse(line) as DiskRecord | null;
    return typeof record?.kind === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
}

const brokenText = (path: string, line: number, following: number) =>
  `${path}:${line}: expected a record, found a line that is broken, and ${following} bytes after it: what had been ` +
  'synced is lost. Keep this folder; a node may start with an empty one, the primary brings it up to date; a supervisor ' +
  'may not, it would break promises';
