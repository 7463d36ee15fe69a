/**
 * Files at places where somebody else may have put something first: a link, a pipe, a file of their own. What is opened
 * here is a plain file of this user's under no other name, or nothing.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import process from 'node:process';
import { codeOf, EnvironmentError } from './errors.js';

// A pipe is not waited for: it shows once it is open.
const SAFELY = constants.O_NOFOLLOW | constants.O_NONBLOCK;
const TO_APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | SAFELY;
const FRESH = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | SAFELY;
/** Nobody else reads it. */
const MODE = 0o600;

/** Opens a file whose writes all go to its end, whoever else writes; made where there is none. To be read, too. */
export function openToAppend(path: string): number {
  return opened(path, TO_APPEND);
}

/** Writes a file where there is nothing yet. */
export function writeFresh(path: string, text: string): void {
  written(opened(path, FRESH), text);
}

/** Adds to a file; made where there is none. */
export function append(path: string, text: string): void {
  written(openToAppend(path), text);
}

/** The text of a file. */
export function readOwn(path: string): string {
  const file = opened(path, constants.O_RDONLY | SAFELY);
  try {
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** What there is of a folder; undefined where it is another user's, or a link to one. */
export function ownFolder(path: string): Stats | undefined {
  const seen = lstatSync(path, { throwIfNoEntry: false });
  return seen?.isDirectory() && isOwn(seen) ? seen : undefined;
}

function isOwn({ uid }: Stats): boolean {
  return process.getuid === undefined || uid === process.getuid();
}

function written(file: number, text: string): void {
  try {
    writeFileSync(file, text);
  } finally {
    closeSync(file);
  }
}

function opened(path: string, flags: number): number {
  let file: number;
  try {
    file = openSync(path, flags, MODE);
  } catch (error) {
    if (codeOf(error) === 'ELOOP') throw foreign(path, 'a link', error);
    throw error;
  }
  const seen = fstatSync(file);
  if (seen.isFile() && isOwn(seen) && seen.nlink === 1) return file;
  closeSync(file);
  const owner = isOwn(seen) ? 'one with other names beside this' : "another user's";
  throw foreign(path, seen.isFile() ? owner : 'something else than a file');
}

function foreign(path: string, found: string, cause?: unknown): EnvironmentError {
  const expected = 'nothing there, or a file of this user';
  return new EnvironmentError({ where: path, expected, found, todo: 'remove it' }, { cause });
}
