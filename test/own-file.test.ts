/** What others have put at the places where we write: links, pipes and files of theirs are neither followed nor used. */
import { execFileSync } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EnvironmentError } from '../src/errors.js';
import { append, openToAppend, readOwn, writeFresh } from '../src/own-file.js';
import { makeFolder, writeWhole } from '../src/report/files.js';
import type { Job } from '../src/run/keep/protocol.js';
import { inKeeper } from '../src/run/keep/start.js';
import { openProcessCluster } from '../src/runtime/process/process-runtime.js';
import { scratch, surroundings } from './runtime/opened.js';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

/** A file that must stay as it is, and a place where something is put that leads to it. */
function precious() {
  const folder = scratch();
  const file = join(folder, 'precious');
  writeFileSync(file, 'precious');
  return { folder, file, place: join(folder, 'place'), text: () => readFileSync(file, 'utf8') };
}

type Trap = ReturnType<typeof precious>;
const TRAPS: Readonly<Record<string, (trap: Trap) => void>> = {
  'a link': ({ file, place }) => symlinkSync(file, place),
  'a further name of a file': ({ file, place }) => linkSync(file, place),
  'a pipe': ({ place }) => execFileSync('mkfifo', [place]),
  ...(isRoot
    ? {
        "another user's file": ({ place }: Trap) => {
          writeFileSync(place, 'theirs');
          chownSync(place, NOBODY, NOBODY);
        },
      }
    : {}),
};

describe.each(Object.entries(TRAPS))('%s', (_, set) => {
  test.each<[string, (path: string) => unknown]>([
    ['added to', (path) => append(path, 'more')],
    ['opened', openToAppend],
    ['read', readOwn],
    ['written', (path) => writeFresh(path, 'new')],
  ])('is not %s', (_, use) => {
    const trap = precious();
    set(trap);
    expect(() => use(trap.place)).toThrow(/expected nothing there, or a file of this user|EEXIST/);
    expect(trap.text()).toBe('precious');
  });
});

test('a link to nothing makes no file', () => {
  const { folder, place } = precious();
  symlinkSync(join(folder, 'new'), place);
  expect(() => append(place, 'more')).toThrow(EnvironmentError);
  expect(() => writeFresh(place, 'more')).toThrow(/EEXIST/);
  expect(existsSync(join(folder, 'new'))).toBe(false);
});

test('what is written is read again, and is nobody else’s to read', () => {
  const { folder, place } = precious();
  append(place, 'one ');
  append(place, 'two');
  writeFresh(join(folder, 'fresh'), 'three');
  closeSync(openToAppend(place));
  expect([readOwn(place), readOwn(join(folder, 'fresh'))]).toEqual(['one two', 'three']);
  expect(statSync(place).mode & 0o777).toBe(0o600);
});

describe('below --out', () => {
  test.each(['a link', 'a file', ...(isRoot ? ["another user's folder"] : [])])(
    '%s in place of a folder is refused',
    async (kind) => {
      const { folder: elsewhere, file, text } = precious();
      const out = scratch();
      const place = join(out, 'split-brain');
      if (kind === 'a link') symlinkSync(elsewhere, place);
      else if (kind === 'a file') linkSync(file, place);
      else {
        mkdirSync(place);
        chownSync(place, NOBODY, NOBODY);
      }
      await expect(makeFolder(out, 'split-brain', '1', 'logs')).rejects.toThrow(
        /split-brain: expected nothing there, or a folder of this user/,
      );
      expect(readdirSync(elsewhere)).toEqual(['precious']);
      expect(text()).toBe('precious');
    },
  );

  test('folders of earlier executions are gone on with', async () => {
    const out = scratch();
    await makeFolder(out, 'split-brain', '1', 'logs');
    await makeFolder(out, 'split-brain', '2', 'logs');
    expect(readdirSync(join(out, 'split-brain'))).toEqual(['1', '2']);
  });

  test('a report takes the place of a link, and is not written through it', async () => {
    const { file, place, text } = precious();
    symlinkSync(file, place);
    await writeWhole(place, 'a report');
    expect(readOwn(place)).toBe('a report');
    expect(text()).toBe('precious');
  });

  test('the log of a node is not written through a link', async () => {
    const { file, text } = precious();
    const around = surroundings();
    symlinkSync(file, join(around.logs, 'a.log'));
    await expect(openProcessCluster({ nodes: ['a'], links: [], power: false }, around)).rejects.toThrow(
      /a\.log: expected nothing there, or a file of this user, found a link; remove it/,
    );
    expect(text()).toBe('precious');
  });

  test('the log of a keeper is not written through a link', async () => {
    const { file, text } = precious();
    const folder = scratch();
    mkdirSync(join(folder, 'logs'));
    symlinkSync(file, join(folder, 'logs/_keeper.log'));
    const setting = { onEvent() {}, mayStay: () => false, signal: new AbortController().signal };
    await expect(inKeeper({ folder } as Job, setting)).rejects.toThrow(/_keeper\.log: expected .* a link/);
    expect(text()).toBe('precious');
  });
});
