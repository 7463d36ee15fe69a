/** What `drill check` finds in a run folder that somebody has changed, with and without a signature. */

import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { check } from '../../src/commands/check.js';
import type { Io } from '../../src/commands/command.js';
import { messageOf, UsageError } from '../../src/errors.js';
import { decodeHistory, encodeHistory } from '../../src/history/codec.js';
import { verdictJson } from '../../src/report/json.js';
import { keyOf, signExecution } from '../../src/run/signature.js';
import { judge } from '../built-in.js';
import { freshFolder, ROOT } from '../drills/drill-command.js';

interface Checked {
  /** Undefined where it was refused, and `stderr` says why. */
  code?: number;
  stdout: string;
  stderr: string;
}

async function checked(
  folder: string,
  more: Partial<Parameters<typeof check.handler>[0]> = {},
): Promise<Checked> {
  const told: Checked = { stdout: '', stderr: '' };
  const io: Io = {
    stdout: (text) => {
      told.stdout += text;
    },
    stderr: (text) => {
      told.stderr += text;
    },
    env: {},
    cwd: ROOT,
    color: false,
    interactive: false,
    columns: () => 120,
    rows: () => 40,
    signal: new AbortController().signal,
  };
  try {
    told.code = await check.handler(
      { paths: [folder], format: 'auto', timeout: '10s', json: false, ...more },
      io,
    );
  } catch (error) {
    told.stderr = messageOf(error);
  }
  return told;
}

const base = freshFolder();
const keys = { mine: pemFiles('mine'), theirs: pemFiles('theirs') };

function pemFiles(name: string): { secret: string; open: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const [secret, open] = [join(base, `${name}.pem`), join(base, `${name}.pub`)];
  writeFileSync(secret, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(open, publicKey.export({ type: 'spki', format: 'pem' }));
  return { secret, open };
}

/** A run folder as `drill run` leaves it. */
async function whole(name: string, recorded: string): Promise<string> {
  const folder = join(base, name);
  mkdirSync(folder);
  const bytes = readFileSync(join(ROOT, `fixtures/histories/${recorded}.jsonl`));
  const history = decodeHistory(bytes);
  writeFileSync(join(folder, 'history.jsonl'), bytes);
  writeFileSync(join(folder, 'verdict.json'), verdictJson(judge(history)));
  writeFileSync(join(folder, 'drill.yaml'), stringify(history.run?.drill));
  await signExecution(folder, keyOf(keys.mine.secret, 'private', '--sign'));
  return folder;
}

let count = 0;
function copyOf(folder: string): string {
  count += 1;
  const copy = join(base, `copy-${count}`);
  cpSync(folder, copy, { recursive: true });
  return copy;
}

function edit(file: string, from: string | RegExp, to: string): void {
  const before = readFileSync(file, 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
}

let good: string;
let bad: string;
beforeAll(async () => {
  good = await whole('good', 'split-brain');
  bad = await whole('bad', 'no-fencing');
});

describe('what lies beside a history', () => {
  it('is the same where nobody has changed it', async () => {
    const { code, stdout } = await checked(good);
    expect(stdout).toContain('identical to verdict.json and drill.yaml\n');
    expect(code).toBe(0);
  });

  it.each([
    [
      'verdict.json',
      '"verdict": "pass"',
      '"verdict": "fail"',
      'verdict.json: verdict: expected "pass", found "fail"',
    ],
    ['verdict.json', /"ok": (\d+)/, '"ok": 1', /verdict\.json: counts\.ok: expected \d+, found 1\n/],
    ['verdict.json', '{\n', '{\n  "verdict": "fail",\n', 'the same values, but not as they are written'],
    ['verdict.json', '}', '', 'verdict.json: cannot be read'],
    ['drill.yaml', /lost_writes: 0/, 'lost_writes: 9', 'drill.yaml: expect.lost_writes: expected 0, found 9'],
    ['drill.yaml', /^/, 'name: again\n', 'drill.yaml: cannot be read: Map keys must be unique'],
  ])('%s that was changed is told, and is a failure (%s)', async (name, from, to, told) => {
    const copy = copyOf(good);
    edit(join(copy, name), from, to);
    const { code, stdout } = await checked(copy);
    expect(stdout).toContain('DIFFERENT from what lies beside the history');
    expect(stdout).toMatch(told);
    expect(code).toBe(1);
    const json = await checked(copy, { json: true });
    expect(JSON.parse(json.stdout)).toMatchObject({ verdict: 'pass' });
    expect(json.stderr).toMatch(told);
    expect(json.code).toBe(1);
  });

  it('shows a history whose verdict was a failure, and was exchanged for another', async () => {
    const copy = copyOf(bad);
    cpSync(join(good, 'history.jsonl'), join(copy, 'history.jsonl'));
    const { code, stdout } = await checked(copy);
    expect(stdout).toMatch(/verdict: expected "pass", found "fail"/);
    expect(code).toBe(1);
  });

  it('is not read where it is no file', async () => {
    const copy = copyOf(good);
    rmSync(join(copy, 'verdict.json'));
    execFileSync('mkfifo', [join(copy, 'verdict.json')]);
    const { code, stdout } = await checked(copy);
    expect(stdout).toContain('verdict.json: found a pipe');
    expect(code).toBe(1);
  });
});

/** What a forger does who can compute the chain: everything fits together, and says something else. */
function forge(folder: string): void {
  const history = decodeHistory(readFileSync(join(folder, 'history.jsonl')));
  const events = history.events.map((event) => (event.type === 'run' ? { ...event, seed: 1 } : event));
  writeFileSync(join(folder, 'history.jsonl'), encodeHistory(events));
  writeFileSync(
    join(folder, 'verdict.json'),
    verdictJson(judge(decodeHistory(readFileSync(join(folder, 'history.jsonl'))))),
  );
}

describe('a signature', () => {
  it('holds for what was signed, whatever the verdict', async () => {
    for (const [folder, expected] of [
      [good, 0],
      [bad, 1],
    ] as const) {
      const { code, stdout } = await checked(folder, { verify: keys.mine.open });
      expect(stdout).toContain(`signed with the key of ${keys.mine.open}`);
      expect(code).toBe(expected);
    }
  });

  it('is one that sha256sum and openssl know', () => {
    execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: good });
    const how = [
      '-pubin',
      '-inkey',
      keys.mine.open,
      '-rawin',
      '-in',
      'SHA256SUMS',
      '-sigfile',
      'SHA256SUMS.sig',
    ];
    execFileSync('openssl', ['pkeyutl', '-verify', ...how], { cwd: good });
  });

  it.each<[string, (folder: string) => void, RegExp]>([
    [
      'a history with a chain and a verdict of its own',
      forge,
      /(history\.jsonl|verdict\.json) is not the one that was signed/,
    ],
    [
      'a log of sums that was changed',
      (folder) => appendFileSync(join(folder, 'SHA256SUMS'), 'x\n'),
      /is not what this key signed/,
    ],
    [
      'none',
      (folder) => rmSync(join(folder, 'SHA256SUMS')),
      /not signed: expected SHA256SUMS, found no such file/,
    ],
    [
      'half of one',
      (folder) => rmSync(join(folder, 'SHA256SUMS.sig')),
      /not signed: expected SHA256SUMS.sig/,
    ],
    ['a missing drill', (folder) => rmSync(join(folder, 'drill.yaml')), /drill\.yaml is not the one/],
    [
      'names that were exchanged',
      (folder) => {
        renameSync(join(folder, 'drill.yaml'), join(folder, 'x'));
        symlinkSync('verdict.json', join(folder, 'drill.yaml'));
      },
      /drill\.yaml is not the one/,
    ],
  ])('does not hold for %s', async (_what, change, told) => {
    const copy = copyOf(good);
    change(copy);
    const { code, stdout } = await checked(copy, { verify: keys.mine.open });
    expect(stdout).toMatch(told);
    expect(code).toBe(1);
  });

  it('is seen by nothing else: what is forged as a whole passes without it', async () => {
    const copy = copyOf(good);
    forge(copy);
    rmSync(join(copy, 'drill.yaml'));
    expect((await checked(copy)).code).toBe(0);
  });

  it('of another key does not hold', async () => {
    const { code, stdout } = await checked(good, { verify: keys.theirs.open });
    expect(stdout).toContain('SHA256SUMS is not what this key signed');
    expect(code).toBe(1);
  });

  it.each([
    ['no key', 'package.json', /--verify: expected a PEM file with a public key of Ed25519/],
    ['a device', '/dev/zero', /--verify: .*found a device/],
    ['nothing', 'none.pem', /--verify: .*found no such file/],
  ])('wants a key, not %s', async (_what, file, told) => {
    const { code, stderr } = await checked(good, { verify: file });
    expect(stderr).toMatch(told);
    expect(code).toBeUndefined();
  });

  it('is refused for a key of another kind, and where nothing is signed', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(join(base, 'ec.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
    writeFileSync(join(base, 'ec.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    expect((await checked(good, { verify: join(base, 'ec.pub') })).stderr).toContain('found one of ec');
    expect(() => keyOf(join(base, 'ec.pem'), 'private', '--sign')).toThrow(
      /--sign: expected a PEM file with a private key of Ed25519, found one of ec/,
    );
    expect(() => keyOf(keys.mine.open, 'private', '--sign')).toThrow(UsageError);
    const bare = await checked(good, { model: 'register', verify: keys.mine.open });
    expect(bare.stderr).toContain('--verify: expected a run folder');
  });
});
