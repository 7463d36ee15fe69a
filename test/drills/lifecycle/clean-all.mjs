/**
 * Brings a topology up and has `drill clean --all` remove it, in a process list of its own: on a machine that is
 * shared, it would remove everybody's. Prints what it saw.
 *
 *     unshare --pid --fork --mount-proc --kill-child node clean-all.mjs <cli> <drill>
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [cli, drill] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'drill-test-'));
const env = { ...process.env, TMPDIR: folder, DOCKER_HOST: 'unix:///nowhere/engine.sock' };
const command = (...args) => spawnSync(process.execPath, [cli, ...args], { env, encoding: 'utf8' });
// Whoever has ended and is not waited for has no command line.
const running = () =>
  readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && name !== '1' && readFileSync(`/proc/${name}/cmdline`).length > 0,
  ).length;

const up = command('up', drill, '--runtime', 'process', '--out', join(folder, 'out'));
const during = running();
const clean = command('clean', '--all');
const after = running();
const left = readdirSync(folder).filter((name) => name.startsWith('failover-drill-'));
rmSync(folder, { recursive: true });
console.log(JSON.stringify({ up, clean, during, after, left }));
