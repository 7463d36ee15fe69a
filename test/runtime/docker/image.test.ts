import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { nodeExecutable, parseLdd } from '../../../src/runtime/image/node-executable.js';
import { ownBuild } from '../../../src/runtime/image/own-build.js';
import { tar } from '../../../src/runtime/image/tar.js';
import { scratch } from '../opened.js';

test('an archive is read by others, with long paths, empty files and the right to execute', async () => {
  const folder = scratch();
  const long = `/${'deep/'.repeat(25)}file.txt`;
  writeFileSync(join(folder, 'source'), 'from a file');
  const archive = await buffer(
    tar([
      { path: '/bin/run', content: Buffer.from('#!'), executable: true },
      { path: long, content: { file: join(folder, 'source') } },
      { path: '/empty', content: Buffer.alloc(0) },
    ]),
  );
  expect(archive.length % 512).toBe(0);
  writeFileSync(join(folder, 'a.tar'), archive);
  mkdirSync(join(folder, 'out'));
  execFileSync('tar', ['-xf', join(folder, 'a.tar'), '-C', join(folder, 'out')]);
  expect(readFileSync(join(folder, 'out', long), 'utf8')).toBe('from a file');
  expect(readFileSync(join(folder, 'out/empty'), 'utf8')).toBe('');
  expect(execFileSync('tar', ['-tvf', join(folder, 'a.tar')], { encoding: 'utf8' })).toMatch(
    /^-rwxr-xr-x root\/root|^-rwxr-xr-x 0\/0/,
  );
});

test('the same content gives the same archive', async () => {
  const files = [{ path: '/a', content: Buffer.from('x') }];
  expect(await buffer(tar(files))).toEqual(await buffer(tar(files)));
});

test('the libraries of an executable are read from what ldd says', () => {
  const said = [
    '\tlinux-vdso.so.1 (0x00007ffd)',
    '\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f1)',
    '\tlibgone.so => not found',
    '\t/lib64/ld-linux-x86-64.so.2 (0x00007f2)',
  ].join('\n');
  expect(parseLdd(said)).toEqual(['/lib/x86_64-linux-gnu/libm.so.6', '/lib64/ld-linux-x86-64.so.2']);
});

test('the running Node is itself and what it needs', async () => {
  const { files, identity } = await nodeExecutable();
  expect(files[0]).toMatchObject({ path: '/usr/local/bin/node', executable: true });
  expect(identity).toMatch(/^[0-9a-f]{12}$/);
  expect((await nodeExecutable()).identity).toBe(identity);
});

test('what runs in containers imports nothing that is not in their image', async () => {
  const source = resolve(import.meta.dirname, '../../../src');
  const { files } = await ownBuild();
  const inside = new Set(
    files.map(({ path }) => path.replace('/opt/failover-drill/', '').replace(/\.js$/, '.ts')),
  );
  const outside: string[] = [];
  for (const name of inside) {
    if (!name.endsWith('.ts')) continue;
    const text = readFileSync(join(source, name), 'utf8');
    for (const [, target = ''] of text.matchAll(/^(?:import|export)(?! type)[^;]*? from '([^']+)'/gm)) {
      if (target.startsWith('node:')) continue;
      const path = relative(source, resolve(source, dirname(name), target)).replace(/\.js$/, '.ts');
      if (!inside.has(path)) outside.push(`${name} imports ${target}`);
    }
  }
  expect(outside).toEqual([]);
  expect(readdirSync(join(source, 'runtime/docker/agent')).length).toBeGreaterThan(2);
});
