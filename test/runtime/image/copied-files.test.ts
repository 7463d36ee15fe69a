/** Files of this machine as they go into a container: with owners and rights, and as much as may be copied. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { copiedFiles } from '../../../src/runtime/image/copied-files.js';
import { type TarFile, tar } from '../../../src/runtime/image/tar.js';

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'drill-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Rights, owner, size and path of each file, as another program reads the archive. */
const listing = async (files: TarFile[]) =>
  execFileSync('tar', ['-tv', '--numeric-owner', '-f', '-'], { input: await buffer(tar(files)) })
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.replace(/\d{4}-\S+ \S+ /, '').replace(/ +/g, ' '));

test('a folder keeps its rights, owners and links; what needs a program behind it is left out', async () => {
  const folder = scratch();
  const [own = 0, group = 0] = [process.getuid?.(), process.getgid?.()];
  mkdirSync(join(folder, 'in'));
  chmodSync(join(folder, 'in'), 0o2770);
  writeFileSync(join(folder, 'in/text'), 'text');
  chmodSync(join(folder, 'in/text'), 0o640);
  symlinkSync('../outside', join(folder, 'link'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  chmodSync(folder, 0o755);
  symlinkSync(folder, `${folder}-link`);
  onTestFinished(() => rmSync(`${folder}-link`));
  // The folder itself may be named by a link.
  expect(await listing(await copiedFiles(`${folder}-link`, '/var/app/'))).toEqual([
    `drwxr-xr-x ${own}/${group} 0 var/app/`,
    `drwxrws--- ${own}/${group} 0 var/app/in/`,
    `-rw-r----- ${own}/${group} 4 var/app/in/text`,
    `lrwxrwxrwx ${own}/${group} 0 var/app/link -> ../outside`,
  ]);
});

test('a file is at the place that it is to have', async () => {
  const file = join(scratch(), 'a.conf');
  writeFileSync(file, 'text');
  const [copied, ...others] = await copiedFiles(file, '/etc/other.conf');
  expect(copied).toMatchObject({ path: '/etc/other.conf', content: { file } });
  expect(others).toEqual([]);
});

test('owners have room in an archive, whatever their number', async () => {
  const of = (user: number, group: number): TarFile => ({
    path: 'a',
    content: Buffer.from(''),
    owner: { user, group, mode: 0o600 },
  });
  expect(await listing([of(2_097_151, 2_097_152), of(4_000_000_000, 0)])).toEqual([
    '-rw------- 2097151/2097152 0 a',
    '-rw------- 4000000000/0 0 a',
  ]);
});

test('more than may be copied is refused before anything is read', async () => {
  const file = join(scratch(), 'big');
  writeFileSync(file, '');
  truncateSync(file, 2_000_000_001);
  await expect(copiedFiles(file, '/big')).rejects.toThrow(
    `${file}: expected at most 2 GB to be copied into a node, found more; name a smaller folder`,
  );
});
