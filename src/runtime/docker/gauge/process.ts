/**
 * The entry of the gauge: a process that joins a container's control group for a moment, and times what the disk gives
 * it there: how long so many bytes, or so many operations of one block, take past every cache.
 *
 *     node runtime/docker/gauge/process.js '{"join":"/sys/fs/cgroup/.../cgroup.procs","file":"/proc/7/root/x","write":262144}'
 *
 * It prints one line of JSON, the milliseconds by the same names: `{"write":241.3}`.
 */

import { closeSync, constants, openSync, readSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { systemClock } from '../../../clock.js';
import { messageOf } from '../../../errors.js';
import type { Throttle } from '../../throttle.js';
import { BLOCK, CHUNK, type Gauge } from './gauge.js';

/** Known to Node, though not to its types. */
declare const WebAssembly: { Memory: new (size: { initial: number }) => { buffer: ArrayBuffer } };

const FLAGS =
  constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW | constants.O_DIRECT;

function measure({ join, file, ...amounts }: Gauge): Throttle {
  const { write = 0, read = 0, write_ops: writes = 0, read_ops: reads = 0 } = amounts;
  // Direct reads and writes want memory at the beginning of a page, as that of WebAssembly is.
  const page = new Uint8Array(new WebAssembly.Memory({ initial: CHUNK / 65_536 }).buffer);
  const opened = openSync(file, FLAGS, 0o600);
  unlinkSync(file);
  const writing = (size: number, at: number) => writeSync(opened, page, 0, size, at);
  const reading = (size: number, at: number) => readSync(opened, page, 0, size, at);
  try {
    // There has to be something to read. It is not timed, and is no business of the container's.
    pass(Math.max(read, reads * BLOCK), CHUNK, writing);
    writeFileSync(join, String(process.pid));
    return {
      ...(write > 0 && { write: pass(write, CHUNK, writing) }),
      ...(read > 0 && { read: pass(read, CHUNK, reading) }),
      ...(writes > 0 && { write_ops: pass(writes * BLOCK, BLOCK, writing) }),
      ...(reads > 0 && { read_ops: pass(reads * BLOCK, BLOCK, reading) }),
    };
  } finally {
    closeSync(opened);
  }
}

/** Passes `length` bytes in pieces; says how long it took, ms. */
function pass(length: number, size: number, piece: (size: number, at: number) => number): number {
  const start = systemClock.now();
  for (let at = 0; at < length; ) at += piece(Math.min(size, length - at), at);
  return systemClock.now() - start;
}

try {
  const gauge = JSON.parse(process.argv[2] ?? '{}') as Gauge;
  process.stdout.write(`${JSON.stringify(measure(gauge))}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ failure: messageOf(error) })}\n`);
}
