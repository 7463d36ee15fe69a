/**
 * What the program shows of a drill that passes, one that fails and one that proves nothing: on terminals of 80 and 40
 * columns, and without a terminal. Simulated, so that it shows the same whenever it is asked.
 *
 *     node test/bench/captures.mjs FOLDER      writes FOLDER/pass-80.txt, ...
 *
 * Needs util-linux' `script` for the terminals, and dist/.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const [folder = 'captures'] = process.argv.slice(2);

/** Nobody is left to decide on the failover that it waits for. */
const WAITS = `name: nobody-decides
topology: { nodes: { a: { role: primary }, b: {} }, supervisor: { members: 1 } }
clients: { app: {} }
steps: [{ kill: supervisor-1 }, { kill: primary }, { wait: { for: recovered, within: 2s } }]
expect: { lost_writes: 0 }
`;

const scratch = mkdtempSync(join(tmpdir(), 'captures-'));
writeFileSync(join(scratch, 'nobody-decides.yaml'), WAITS);
const DRILLS = {
  pass: 'drills/split-brain.yaml',
  fail: 'fixtures/known-bad/no-quorum-no-fencing.yaml',
  inconclusive: join(scratch, 'nobody-decides.yaml'),
};
const WAYS = { 80: 80, 40: 40, plain: undefined };

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UP = /^\x1b\[(\d+)A/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const REWRITE = /(\x1b\[\d+A\r\x1b\[J|\n)/;

/** What is on a screen of unlimited height after text that rewrites its last lines. */
function screen(text) {
  const lines = [''];
  for (const part of text.replaceAll('\r\n', '\n').split(REWRITE)) {
    const up = UP.exec(part);
    if (up) lines.splice(-1 - Number(up[1]), Number.POSITIVE_INFINITY, '');
    else if (part === '\n') lines.push('');
    else lines[lines.length - 1] += part;
  }
  return lines.join('\n');
}

const { CI: _ci, GITHUB_ACTIONS: _actions, ...inherited } = process.env;
const env = { ...inherited, NO_COLOR: '1', TERM: 'xterm' };
mkdirSync(folder, { recursive: true });
for (const [name, file] of Object.entries(DRILLS)) {
  for (const [way, columns] of Object.entries(WAYS)) {
    const out = join(scratch, `${name}-${way}`);
    const args = ['dist/cli.js', 'run', file, '--runtime', 'sim', '--seed', '1', '--out', out];
    const words = [process.execPath, ...args].map((word) => `'${word}'`).join(' ');
    // Its exit code is the verdict, which is not what this is about.
    const command = `${columns ? `stty cols ${columns} rows 50; ` : ''}${words}; true`;
    const [program, ...rest] = columns ? ['script', '-qec', command, '/dev/null'] : ['sh', '-c', command];
    const text = execFileSync(program, rest, {
      cwd: ROOT,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const shown = screen(text).replaceAll(scratch, 'results');
    writeFileSync(join(folder, `${name}-${way}.txt`), shown);
    const lines = shown.split('\n');
    const widest = Math.max(...lines.map((line) => line.length));
    process.stdout.write(`${name}-${way}: ${lines.length - 1} lines, the widest of ${widest} columns\n`);
  }
}
rmSync(scratch, { recursive: true });
