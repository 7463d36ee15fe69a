import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDrills, SHIPPED } from '../../src/drill/find.js';
import { UsageError } from '../../src/errors.js';

const root = mkdtempSync(join(tmpdir(), 'drill-find-'));
const FILES = [
  'b.yaml',
  'a.yml',
  'notes.md',
  'deep/c.yaml',
  'deep/er/d.yaml',
  'node_modules/e.yaml',
  '.git/f.yaml',
  'x[1].yaml',
];

beforeAll(() => {
  for (const file of FILES) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), '');
  }
  mkdirSync(join(root, 'empty'));
});
afterAll(() => rmSync(root, { recursive: true }));

describe('drill files', () => {
  it.each([
    ['a file', ['b.yaml'], ['b.yaml']],
    ['a file that is called anything', ['notes.md'], ['notes.md']],
    ['a folder, sorted and not deeper', ['.'], ['a.yml', 'b.yaml', 'x[1].yaml']],
    ['a folder with a slash', ['deep/'], ['deep/c.yaml']],
    ['a glob', ['*.y?ml'], ['b.yaml', 'x[1].yaml']],
    ['a glob over folders', ['**/*.yaml'], ['b.yaml', 'deep/c.yaml', 'deep/er/d.yaml', 'x[1].yaml']],
    ['a glob with a folder before it', ['deep/*/*.yaml'], ['deep/er/d.yaml']],
    ['a name with signs of its own', ['x[1].yaml'], ['x[1].yaml']],
    ['several, each file once', ['b.yaml', '.', 'b.*'], ['b.yaml', 'a.yml', 'x[1].yaml']],
  ])('by %s', async (_name, patterns, expected) => {
    expect(await findDrills(patterns, root)).toEqual(expected);
  });

  it('by the name of one that ships, where no path is called that', async () => {
    expect(await findDrills(['split-brain'], root)).toEqual([join(SHIPPED, 'split-brain.yaml')]);
    mkdirSync(join(root, 'split-brain'));
    writeFileSync(join(root, 'split-brain', 'mine.yaml'), '');
    expect(await findDrills(['split-brain'], root)).toEqual(['split-brain/mine.yaml']);
    rmSync(join(root, 'split-brain'), { recursive: true });
    await expect(findDrills(['../drills/split-brain'], root)).rejects.toThrow('no such file');
    await expect(findDrills(['drills/split-brain.yaml'], root)).rejects.toThrow(
      'found no such file; `split-brain` alone names the one that ships',
    );
  });

  it('by an argument that says something', async () => {
    await expect(findDrills([''], root)).rejects.toThrow(
      /^expected a drill file, .* found an empty argument/,
    );
    await expect(findDrills(['b.yaml', ' '], root)).rejects.toThrow('found an empty argument');
  });

  it('keep their whole path outside the working folder', async () => {
    expect(await findDrills([join(root, 'b.yaml')], join(root, 'deep'))).toEqual([join(root, 'b.yaml')]);
  });

  it.each([
    [
      'nope.yaml',
      'nope.yaml: expected a drill file, a folder, a glob or the name of a drill that ships, found no such file; see `drill list`',
    ],
    [
      'empty',
      'empty: expected a folder with drill files (*.yaml, *.yml), found none in it; see `drill list`',
    ],
    ['*.json', '*.json: expected a glob that matches drill files, found none in it; see `drill list`'],
    [
      'nope/*.yaml',
      'nope/*.yaml: expected a glob that matches drill files, found none in it; see `drill list`',
    ],
  ])('are missed where %s stands for none', async (pattern, message) => {
    await expect(findDrills([pattern], root)).rejects.toThrow(message);
    await expect(findDrills([pattern], root)).rejects.toBeInstanceOf(UsageError);
  });
});
