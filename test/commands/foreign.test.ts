/** `drill check` on histories of others: each is judged as it is meant, or refused with its place. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/commands/check.js';
import type { Io } from '../../src/commands/command.js';

const CASES = resolve(import.meta.dirname, '../../../shared/cases/checker');
const here = existsSync(CASES);
if (!here) console.info('skipped: the histories of ../shared/cases/checker, which is not there');

type Args = Parameters<typeof check.handler>[0];

/** The exit code, and what was said: the refusal of a single file as the command line prints it. */
async function checked(paths: string[], more: Partial<Args> = {}, input = Buffer.alloc(0)) {
  let [text, errors] = ['', ''];
  const io: Io = {
    stdout: (piece) => {
      text += piece;
    },
    stderr: (piece) => {
      errors += piece;
    },
    async *stdin() {
      // In two pieces, as a pipe may give it.
      yield input.subarray(0, 1);
      yield input.subarray(1);
    },
    env: {},
    cwd: CASES,
    color: false,
    interactive: false,
    columns: () => 120,
    rows: () => 40,
    signal: new AbortController().signal,
  };
  const args: Args = { paths, format: 'auto', timeout: '10s', json: false, ...more };
  try {
    return { code: await check.handler(args, io), text, errors };
  } catch (error) {
    const { exitCode, message } = error as Error & { exitCode: number };
    return { code: exitCode, text, errors: message };
  }
}

interface Right {
  file: string;
  more?: Partial<Args>;
  code: number;
  says: RegExp;
}

const RIGHT: readonly Right[] = [
  {
    file: 'cas-fail-jepsen.edn',
    code: 0,
    says: /note: 1 cas failed .* \(--failed-cas mismatch\), it does not/,
  },
  {
    file: 'cas-fail-jepsen.edn',
    more: { failedCas: 'mismatch' },
    code: 1,
    says: /cas 4 -> 4 refused[\s\S]*note: .* as in Jepsen \(--failed-cas nothing\), it holds/,
  },
  { file: 'failed-cas.edn', more: { failedCas: 'mismatch' }, code: 1, says: /cas 3 -> 4 refused/ },
  { file: 'failed-cas.edn', code: 0, says: /\(--failed-cas mismatch\), it does not hold/ },
  { file: 'jepsen-time-back.edn', code: 0, says: /register holds: 2 operations/ },
  {
    file: 'tuple3.edn',
    code: 2,
    says: /tuple3\.edn:4:1: expected a tuple \[key value\].*found "\[0,1,2,3\]"/,
  },
  { file: 'discard.edn', code: 0, says: /register holds: 1 operation / },
  {
    file: 'process-past-2e31.jsonl',
    more: { model: 'monotonic-reads' },
    code: 0,
    says: /holds: 4 operations/,
  },
  {
    file: 'process-past-2e31.jsonl',
    more: { model: 'read-your-writes' },
    code: 0,
    says: /holds: 4 operations/,
  },
  { file: 'process-past-2e31.jsonl', code: 1, says: /process 4294967301 +read -> 1/ },
  { file: 'named.jsonl', code: 1, says: /process client-b +read -> 99/ },
  {
    file: 'otherkey.jsonl',
    code: 2,
    says: /otherkey\.jsonl:4:1: expected the key "a".*found a completion .*"b"/,
  },
  {
    file: 'utf8-merge.jsonl',
    code: 2,
    says: /utf8-merge\.jsonl:1:61: expected text in UTF-8, found the byte 0xff/,
  },
  { file: 'big-vs-string.jsonl', code: 1, says: /was read, but never written/ },
  { file: 'trunc2.edn', code: 2, says: /trunc2\.edn:1:1: expected "]" .*found the end of the file/ },
  { file: 'bank-read-only.edn', code: 3, says: /bank unknown: .*[\s\S]*tell the sum with --initial/ },
  { file: 'bank-read-only.edn', more: { initial: '20' }, code: 0, says: /bank holds/ },
  { file: 'bank-read-only.edn', more: { initial: '21' }, code: 1, says: /the balances sum up to 20, not 21/ },
  {
    file: 'bank-read-only.edn',
    more: { initial: 'x' },
    code: 2,
    says: /initial: expected the sum of a bank/,
  },
  {
    file: 'read-nil.edn',
    code: 1,
    says: /note: an ok read of nil .* Knossos takes it for a read of unknown/,
  },
  {
    file: 'nan.jsonl',
    code: 2,
    says: /nan\.jsonl:1:60: expected a JSON value, found "NaN"; JSON has no such number/,
  },
  { file: 'bom.jsonl', code: 0, says: /register holds: 1 operation / },
  { file: 'array.json', code: 0, says: /\(json\): register holds: 1 operation / },
  { file: 'knossos-vectors.edn', code: 0, says: /\(edn\): register holds: 1 operation / },
  { file: 'history.txt', code: 0, says: /\(jepsen-log\): register holds: 1 operation / },
  { file: 'modern-jepsen.log', code: 0, says: /\(jepsen-log\): register holds: 1 operation / },
  { file: 'deep.jsonl', code: 2, says: /deep\.jsonl:1:159: expected values nested at most 100 deep/ },
  { file: 'older-value-after-indoubt.edn', code: 1, says: /9 was there only while .* must have held 7/ },
  { file: 'older-value-rewritten-indoubt.edn', code: 0, says: /register holds: 5 operations/ },
  { file: 'read-of-failed.edn', code: 1, says: /638 was read, whose write failed/ },
  { file: 'read-of-info.edn', code: 0, says: /register holds: 3 operations/ },
  { file: 'set-info-novalue.edn', code: 0, says: /set holds: 3 operations/ },
  { file: 'set-invoke-novalue.edn', code: 1, says: /1 was read, but never added/ },
  // Each value can be put there as often as it was written in doubt, and no more often.
  { file: 'indoubt-many.jsonl', code: 1, says: /register does not hold: 124 operations on 1 key/ },
  { file: 'append-pending.jsonl', code: 0, says: /append holds: 42 operations/ },
];

describe.skipIf(!here)('a history of others (skipped where they do not lie beside the checkout)', () => {
  it.each(RIGHT)('$file $more: $code', async ({ file, more, code, says }) => {
    const found = await checked([file], more);
    expect(found.text + found.errors).toMatch(says);
    expect(found.code).toBe(code);
  });

  it.each(RIGHT.filter(({ more }) => more === undefined))('$file, packed and piped: $code', async (right) => {
    const found = await checked(['-'], {}, gzipSync(readFileSync(resolve(CASES, right.file))));
    expect(found.text + found.errors).toContain('standard input');
    expect(found.code).toBe(right.code);
  });

  it.each([
    [['bom.jsonl', 'array.json'], 0],
    [['bom.jsonl', 'bank-read-only.edn'], 3],
    [['bank-read-only.edn', 'nan.jsonl', 'bom.jsonl'], 2],
    [['nan.jsonl', 'nowhere.edn', 'named.jsonl', 'bank-read-only.edn'], 1],
  ])('%j are judged one after the other: %i', async (files, code) => {
    const found = await checked(files);
    for (const file of files) expect(found.text + found.errors).toContain(file);
    expect(found.code).toBe(code);
  });
});

const READ = '{"process":0,"type":"invoke","f":"read"}\n{"process":0,"type":"ok","f":"read","value":';

describe('drill check --initial', () => {
  it.each([
    ['7', '7', undefined, 0],
    ['7', '8', undefined, 1],
    ['"7"', '7', undefined, 1],
    ['"x y"', 'x y', undefined, 0],
    ['[1,{"b":1,"a":2}]', '[1,{"a":2,"b":1}]', undefined, 0],
    ['9007199254740993', '9007199254740993', undefined, 0],
    ['"9007199254740993"', '9007199254740993', undefined, 1],
    ['"9007199254740993"', '"9007199254740993"', undefined, 0],
    ['9007199254740993', '9007199254740992', undefined, 1],
    ['7', '7', 'set', 2],
  ] as const)('a read of %s, %s at first, model %s: %i', async (value, initial, model, code) => {
    const found = await checked(
      ['-'],
      { initial, ...(model ? { model } : {}) },
      Buffer.from(`${READ}${value}}`),
    );
    expect(found.code).toBe(code);
  });
});

describe('drill check on standard input', () => {
  it('judges a run as a run', async () => {
    const run = resolve(import.meta.dirname, '../../fixtures/histories/no-fencing.jsonl');
    const found = await checked(['-'], {}, readFileSync(run));
    expect(found.text).toContain('split-brain: FAIL');
    expect(found.code).toBe(1);
  });

  it('stops reading when the time is up, and does not decide', async () => {
    const found = await checked(['-'], { timeout: '1us', format: 'jsonl' }, Buffer.from(`${READ}1}`));
    expect(found.text).toContain(
      'standard input (jsonl): unknown: the time was up before the history was read',
    );
    expect(found.code).toBe(3);
  });
});
