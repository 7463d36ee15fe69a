/**
 * The one file of the reports that writes, and that reads what lies beside them. Every file appears whole or not at all: it is written beside its
 * place under another name, and renamed.
 */
import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Verdict } from '../checker/verdict.js';
import { codeOf, EnvironmentError, messageOf } from '../errors.js';
import { ownFolder } from '../own-file.js';
import { callPage } from './html/call-page.js';
import type { LogEnd } from './html/log-lines.js';
import { verdictJson } from './json.js';
import { junitXml } from './junit.js';
import type { ReportedRun } from './run.js';
import { summaryMarkdown } from './summary.js';

/** What tells of the system under test is the user's own; what sums up is for whoever collects it. */
const OWN = 0o600;
const PAGE = 'report.html';

/**
 * Writes drill.yaml (the drill as resolved), report.html and verdict.json of one execution, where they are given. Rejects
 * with an EnvironmentError where that cannot be done.
 */
export async function writeExecution(
  folder: string,
  { drill, page, verdict }: { drill?: string; page?: string; verdict?: Verdict },
): Promise<void> {
  if (drill !== undefined) await writeWhole(join(folder, 'drill.yaml'), drill, OWN);
  if (page !== undefined) await writeWhole(join(folder, PAGE), page, OWN);
  // The verdict comes last: where it is, the rest is too.
  if (verdict) await writeWhole(join(folder, 'verdict.json'), verdictJson(verdict), OWN);
}

/** The most that the page tells of a node's log, bytes. */
const MOST_LOG = 65_536;

/** The ends of the logs of an execution's nodes, by their names; those that cannot be read are left out. */
export async function logEnds(folder: string): Promise<LogEnd[]> {
  const names = await readdir(join(folder, 'logs')).catch(() => []);
  const logs = names.filter((name) => name.endsWith('.log')).sort();
  const ends = await Promise.all(logs.map((name) => logEnd(join(folder, 'logs', name)).catch(() => [])));
  return ends.flat();
}

async function logEnd(path: string): Promise<LogEnd[]> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const about = await handle.stat();
    if (!about.isFile()) return [];
    const from = Math.max(0, about.size - MOST_LOG);
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(about.size - from),
      0,
      about.size - from,
      from,
    );
    const text = buffer.subarray(0, bytesRead).toString('utf8');
    const whole = from === 0 ? text : text.slice(text.indexOf('\n') + 1);
    return [{ node: basename(path, '.log'), text: whole, cut: from > 0 }];
  } finally {
    await handle.close();
  }
}

/** Writes junit.xml, summary.md and report.html for the whole call. */
export async function writeSummary(outFolder: string, runs: readonly ReportedRun[]): Promise<void> {
  await writeWhole(join(outFolder, 'junit.xml'), junitXml(runs));
  await writeWhole(join(outFolder, 'summary.md'), summaryMarkdown(runs));
  await writeCallPage(outFolder, runs);
}

/** Writes the page of a whole call, and gives its path. */
export async function writeCallPage(outFolder: string, runs: readonly ReportedRun[]): Promise<string> {
  const path = join(outFolder, PAGE);
  await writeWhole(path, callPage(outFolder, runs));
  return path;
}

/**
 * Makes a folder and those above it, and then the ones below it, each in the one before. Rejects with an EnvironmentError
 * where that cannot be done: also where one of those below is there already as a link or another user's.
 */
export async function makeFolder(path: string, ...below: readonly string[]): Promise<void> {
  await folders(path).catch((error: unknown) => {
    throw cannotWrite(path, error);
  });
  let inner = path;
  for (const name of below) {
    inner = join(inner, name);
    await mkdir(inner).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw cannotWrite(inner, error);
      if (!ownFolder(inner)) throw notOurs(inner);
    });
  }
}

function notOurs(where: string): EnvironmentError {
  return new EnvironmentError({
    where,
    expected: 'nothing there, or a folder of this user',
    found: "a link, a file, or another user's folder",
    todo: 'remove it, or give another folder with --out',
  });
}

let written = 0;

/** Writes a file, with its folder, all or nothing. */
export async function writeWhole(path: string, text: string | Uint8Array, mode?: number): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.${++written}`);
  try {
    await folders(dirname(path));
    const handle = await open(beside, 'wx', mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw cannotWrite(path, error);
  }
}

/** Makes a folder and those above it. Node's own `recursive` never ends where a file system answers ENOENT (/proc). */
async function folders(path: string): Promise<void> {
  const isThere = (error: unknown) => codeOf(error) === 'EEXIST' || codeOf(error) === 'EISDIR';
  try {
    await mkdir(path);
  } catch (error) {
    if (isThere(error)) return;
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await folders(dirname(path));
    await mkdir(path).catch((again: unknown) => {
      if (!isThere(again)) throw again;
    });
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'make room on that disk, or give another folder with --out',
  EDQUOT: 'make room in that quota, or give another folder with --out',
};

function cannotWrite(path: string, error: unknown): EnvironmentError {
  return new EnvironmentError(
    {
      where: path,
      message: `it cannot be written (${messageOf(error)})`,
      todo: REMEDIES[codeOf(error)] ?? 'give a folder that can be written to with --out',
    },
    { cause: error },
  );
}
