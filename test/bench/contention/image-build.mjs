/** Makes an image of 64 MB from a context and removes it again; without an engine it does nothing for five seconds. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const folder = mkdtempSync(join(tmpdir(), 'drill-contention-image-'));
const tag = `drill-contention:${process.pid}`;
const docker = (...args) =>
  execFileSync('docker', args, { stdio: 'ignore', env: { ...process.env, DOCKER_BUILDKIT: '0' } });
try {
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY content /content\n');
  writeFileSync(join(folder, 'content'), Buffer.alloc(64 << 20, process.pid & 0xff));
  docker('build', '--no-cache', '--tag', tag, folder);
  docker('rmi', tag);
} catch {
  await setTimeout(5000);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
