/** Recipe folders: what goes to the builder, and that the same content is known by the same name. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { ignoredBy } from '../../../src/runtime/image/ignored-files.js';
import { recipeFolder } from '../../../src/runtime/image/recipe-folder.js';
import { tar } from '../../../src/runtime/image/tar.js';

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'drill-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}
const identity = async (folder: string) => (await recipeFolder(folder, 'Dockerfile')).identity;
const paths = async (folder: string) =>
  (await recipeFolder(folder, 'Dockerfile')).files.map(({ path }) => path);

test.each([
  ['*.log', { 'a.log': true, 'b/a.log': false, 'a.txt': false }],
  ['**/*.log', { 'a.log': true, 'b/c/a.log': true }],
  ['node_modules', { node_modules: true, 'node_modules/x/y': true, 'b/node_modules': false }],
  ['/build/', { build: true, 'build/x': true }],
  ['b/**', { 'b/x': true, 'b/x/y': true, c: false }],
  ['te?t\n# a comment\n', { test: true, 'te/t': false, '# a comment': false }],
  ['[ab].txt', { 'a.txt': true, 'c.txt': false }],
  ['*\n!keep.txt', { 'a.txt': true, 'keep.txt': false }],
  ['docs\n!docs/README.md\n', { 'docs/a.md': true, 'docs/README.md': false }],
  ['!a.txt\na.txt', { 'a.txt': true }],
  ['a/**/b\nx?[^a]', { 'a/b': true, 'a/c/d/b': true, 'a/c': false, xyb: true, xya: false }],
  ['[z-a]\n[\n\\*\n[]]', { m: false, '[': true, '*': true, a: false, ']': true }],
  ['**', { a: true, 'a/b': true }],
  ['a*b*c', { abc: true, 'a-b-b-c': true, 'a-c-b': false, 'a-b-c-': false }],
  ['a+b(c).txt', { 'a+b(c).txt': true, 'aab(c).txt': false }],
])('ignoring %j', (text, expected) => {
  const ignored = ignoredBy(text);
  expect(Object.fromEntries(Object.keys(expected).map((path) => [path, ignored.has(path)]))).toEqual(
    expected,
  );
});

test('a pattern that others wrote takes no longer for being clever', () => {
  const name = 'a'.repeat(250);
  const deep = Array.from({ length: 120 }, () => 'a').join('/');
  const [stars, folders] = ['a*'.repeat(120), '**/a/'.repeat(60)];
  const ignored = ignoredBy(`${stars}b\n${folders}b\n${'**/'.repeat(200)}${stars}b\n${'['.repeat(50_000)}\n`);
  const begun = process.cpuUsage();
  expect([name, deep, `${deep}/${name}`].map((path) => ignored.has(path))).toEqual([false, false, false]);
  // As regular expressions they would outlast the universe.
  expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(2);
  expect(ignored.has(`${name}b`)).toBe(true);
});

test('what is no file is not read for patterns', async () => {
  const folder = folderWith({ Dockerfile: 'FROM scratch' });
  execFileSync('mkfifo', [join(folder, '.dockerignore')]);
  await expect(recipeFolder(folder, 'Dockerfile')).rejects.toThrow(
    /\.dockerignore: expected a file with patterns, found a pipe/,
  );
  rmSync(join(folder, '.dockerignore'));
  symlinkSync('/dev/zero', join(folder, '.dockerignore'));
  await expect(recipeFolder(folder, 'Dockerfile')).rejects.toThrow(/found a device/);
});

test('a folder goes to the builder but for what .dockerignore leaves out; the recipe always goes', async () => {
  const folder = folderWith({
    Dockerfile: 'FROM scratch',
    '.dockerignore': '*\n!src\n',
    'src/app.py': 'print()',
    'node_modules/x/index.js': '',
    '.git/HEAD': '',
  });
  expect(await paths(folder)).toEqual(['.dockerignore', 'Dockerfile', 'src', 'src/app.py']);
});

test('the identity is that of the content: dates do not matter; names, content, modes and links do', async () => {
  const files = { Dockerfile: 'FROM scratch', 'a/b.txt': 'text' };
  const [one, other] = [folderWith(files), folderWith(files)];
  utimesSync(join(other, 'a/b.txt'), 1, 1);
  const first = await identity(one);
  expect(await identity(other)).toBe(first);
  const changed = new Set([first]);
  const change = async (how: () => void) => {
    how();
    changed.add(await identity(other));
  };
  await change(() => writeFileSync(join(other, 'a/b.txt'), 'texT'));
  await change(() => chmodSync(join(other, 'a/b.txt'), 0o755));
  await change(() => mkdirSync(join(other, 'empty')));
  await change(() => symlinkSync('b.txt', join(other, 'a/link')));
  await change(() => writeFileSync(join(other, 'Dockerfile'), 'FROM other'));
  expect(changed.size).toBe(6);
});

test('the archive holds files, programs, folders and links', async () => {
  const folder = folderWith({ Dockerfile: 'FROM scratch', 'bin/run': '#!/bin/sh' });
  chmodSync(join(folder, 'bin/run'), 0o755);
  mkdirSync(join(folder, 'empty'));
  symlinkSync('bin/run', join(folder, 'link'));
  const archive = await buffer(tar((await recipeFolder(folder, 'Dockerfile')).files));
  const listed = execFileSync('tar', ['-tvf', '-'], { input: archive, encoding: 'utf8' });
  expect(listed.split('\n').map((line) => line.replace(/\s+\S+\s+\d+\s.*?:\d\d\s+/, ' '))).toEqual([
    '-rw-r--r-- Dockerfile',
    'drwxr-xr-x bin/',
    '-rwxr-xr-x bin/run',
    'drwxr-xr-x empty/',
    'lrwxrwxrwx link -> bin/run',
    '',
  ]);
});

test('a folder that is not there cannot be read', async () => {
  await expect(recipeFolder('/nowhere', 'Dockerfile')).rejects.toThrow(/ENOENT/);
});
