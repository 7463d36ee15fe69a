/** Writes a generated history as JSON lines: `node write-lines.mjs PATH SEED SHAPE`. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { lines } from './histories.mjs';

const [path, seed, shape] = process.argv.slice(2);
const file = openSync(path, 'w');
let held = [];
const flush = () => {
  writeSync(file, held.join(''));
  held = [];
};
for (const line of lines(seed, JSON.parse(shape))) if (held.push(line) >= 10_000) flush();
flush();
closeSync(file);
