/** Writes and syncs, 64 KiB at a time, for five seconds: node synced-writes.mjs FOLDER */
import { closeSync, fsyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const file = join(process.argv[2], `synced-${process.pid}`);
const handle = openSync(file, 'w');
const block = Buffer.alloc(64 * 1024, 1);
const end = performance.now() + 5000;
for (let at = 0; performance.now() < end; at = (at + 1) % 256) {
  writeSync(handle, block, 0, block.length, at * block.length);
  fsyncSync(handle);
}
closeSync(handle);
unlinkSync(file);
