/**
 * Damaged drill files, Compose files and files with variables, handed to `drill validate`: no stack trace, no hang over
 * 5 s, no exit but 0 and 2, and no order to a terminal or a CI system. Files of one seed are always the same.
 *
 *     npm run build && node test/fuzz/damaged-files.mjs [files] [seed] [program] [ms]
 *
 * Ends with 1 where a file broke a rule, and names it; it is kept. Takes about 20 min for 100000.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pick, seeded } from '../../dist/random.js';
import { damaged } from './mutations.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const FILES = Number(process.argv[2] ?? 100_000);
const SEED = process.argv[3] ?? '1';
const PROGRAM = process.argv[4] ?? join(root, 'dist/cli.js');
/** How long a file may take, ms. */
const PATIENCE = Number(process.argv[5] ?? 5000);
const BATCH = 400;

const ORIGINALS = join(root, 'test/fuzz/originals');
const [COMPOSE, STACK, VARIABLES] = ['compose.yaml', 'stack.yaml', 'web.env'].map((name) =>
  readFileSync(join(ORIGINALS, name)),
);
const drills = [
  readFileSync(join(ORIGINALS, 'everything.yaml')),
  ...['drills', 'fixtures/known-bad'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => readFileSync(join(root, folder, name))),
  ),
];
/** What a file is damaged of: the drill file, the Compose file that it names, the variables that this names. */
const KINDS = ['drill', 'drill', 'compose', 'compose', 'stack', 'variables'];

const base = mkdtempSync(join(tmpdir(), 'drill-damaged-'));
const random = seeded(`damaged files ${SEED}`);
const count = { valid: 0, refused: 0 };
const bad = [];

/** Writes one damaged file, with what belongs to it, in a folder of its own; gives the drill file. */
function write(number) {
  const folder = join(base, String(number));
  mkdirSync(folder);
  const kind = pick(random, KINDS);
  const hurt = (name, original) => writeFileSync(join(folder, name), damaged(original, random));
  if (kind === 'drill') hurt('drill.yaml', pick(random, drills));
  else {
    const whole = { 'compose.yaml': COMPOSE, 'drill.yaml': STACK, 'web.env': VARIABLES };
    for (const [name, original] of Object.entries(whole)) writeFileSync(join(folder, name), original);
    // What the Compose file names has to be there.
    for (const name of ['site', 'conf']) mkdirSync(join(folder, name));
    const name = { compose: 'compose.yaml', stack: 'drill.yaml', variables: 'web.env' }[kind];
    hurt(name, whole[name]);
  }
  return join(String(number), 'drill.yaml');
}

/** Orders that would be obeyed. */
const ORDERS = [/(?![\t\n])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u, /^\s*::/m, /##(vso|teamcity)?\[/i];

/** Runs the program on files. Each has to be told of within the time that one may take after the one before it. */
function run(files) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, 'validate', ...files], {
      cwd: base,
      env: { PATH: process.env.PATH, HOME: base },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    const kill = () => child.kill('SIGKILL');
    let timer = setTimeout(kill, PATIENCE);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (piece) => {
        text += piece;
        clearTimeout(timer);
        timer = setTimeout(kill, PATIENCE);
      });
    }
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      resolve({ status, signal, text });
    });
  });
}

/** Has files validated; gives what is wrong with that, and how many were valid. */
async function validate(files) {
  const { status, signal, text } = await run(files);
  const valid = text.match(/^ok /gm)?.length ?? 0;
  const wrong =
    (signal && `nothing was told of it within ${PATIENCE} ms`) ||
    (status !== 0 && status !== 2 && `it ended with ${status}`) ||
    (/^ +at .*:\d+:\d+\)?$|internal error/m.test(text) && 'a stack trace') ||
    (ORDERS.some((order) => order.test(text)) && 'an order to a terminal') ||
    ((status === 0) !== (valid === files.length) &&
      `it ended with ${status}, and ${valid} of ${files.length} were valid`);
  return { wrong, valid };
}

/** Counts them; where something is wrong with all of them, finds out with which. */
async function judge(files) {
  const { wrong, valid } = await validate(files);
  if (wrong && files.length > 1) {
    const half = Math.ceil(files.length / 2);
    await judge(files.slice(0, half));
    await judge(files.slice(half));
    return;
  }
  count.valid += valid;
  count.refused += files.length - valid;
  if (wrong) bad.push(`${join(base, files[0])}: ${wrong}`);
}

for (let number = 0; number < FILES; ) {
  const files = [];
  while (files.length < BATCH && number < FILES) files.push(write(number++));
  await judge(files);
  for (const file of files) {
    const folder = join(base, file, '..');
    if (!bad.some((one) => one.startsWith(`${folder}/`))) rmSync(folder, { recursive: true });
  }
  if (number % 10_000 === 0) console.log(`${number} files, ${bad.length} bad`);
}

for (const one of bad) console.log(`bad: ${one}`);
console.log(
  `seed ${SEED}: ${FILES} files, ${count.valid} valid, ${count.refused} refused, ${bad.length} bad`,
);
if (bad.length === 0) rmSync(base, { recursive: true });
process.exitCode = bad.length === 0 ? 0 : 1;
