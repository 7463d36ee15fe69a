/**
 * Verdicts on a machine that others use. Runs the drills that ship and the known-bad ones over and over, beside a load
 * that really contends for processor, disk and engine, and counts the verdicts.
 *
 *     npm run build && node test/bench/contention.mjs [good runs] [known-bad runs] [load: 0 to 8] [process|docker]
 *
 * Beside a load, inconclusive is right, FAIL of a good drill and pass of a known-bad one are wrong: exit code 1. On a
 * quiet machine (load 0) an inconclusive one is wrong, too.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const [GOOD, BAD, LOAD] = [300, 100, 4].map((usual, at) => Number(process.argv[2 + at] ?? usual));
const RUNTIME = process.argv[5] ?? 'process';
const base = mkdtempSync(join(tmpdir(), 'drill-contention-'));

/** Each starts over when it ends, until the load is taken away. */
const LOADS = [
  [
    'compile',
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json', '--noEmit'],
  ],
  ['synced writes', process.execPath, [join(ROOT, 'test/bench/contention/synced-writes.mjs'), base]],
  ['busy loop', process.execPath, ['-e', 'const end = Date.now() + 5000; while (Date.now() < end);']],
  ['image build', process.execPath, [join(ROOT, 'test/bench/contention/image-build.mjs')]],
];

const load = { stopped: false, children: new Set() };
function keepRunning([name, command, args]) {
  const child = spawn(command, args, { cwd: ROOT, stdio: 'ignore' });
  load.children.add(child);
  child.once('error', (error) => console.error(`${name}: ${error.message}`));
  child.once('exit', () => {
    load.children.delete(child);
    if (!load.stopped) keepRunning([name, command, args]);
  });
}

/** Each ends by itself within seconds, and leaves nothing behind then. */
async function loadEnded() {
  load.stopped = true;
  await Promise.all([...load.children].map((child) => once(child, 'exit')));
}

const drillsIn = (folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(ROOT, folder, name));

function run(file, seed) {
  const out = join(base, `run-${seed}`);
  return new Promise((resolve) => {
    const args = [
      join(ROOT, 'dist/cli.js'),
      'run',
      file,
      '--runtime',
      RUNTIME,
      '--seed',
      String(seed),
      '--out',
      out,
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let told = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (told += bytes));
    child.once('exit', (code) => resolve({ code, told, out }));
  });
}

/** The findings that are not passes, one line each. */
function findings(out, file) {
  const name = file.replace(/^.*\//, '').replace('.yaml', '');
  try {
    const verdict = JSON.parse(readFileSync(join(out, name, '1', 'verdict.json'), 'utf8'));
    return verdict.findings
      .filter((finding) => finding.verdict !== 'pass')
      .map(
        (finding) =>
          `${finding.expectation} ${finding.verdict} (${finding.actual}): ${finding.message.split('\n')[0]}`,
      );
  } catch (error) {
    return [`no verdict: ${error.message}`];
  }
}

async function rounds(title, files, count, wrong) {
  const tally = {};
  let wrongs = 0;
  for (let round = 0; round < count; round += 1) {
    const file = files[round % files.length];
    const { code, told, out } = await run(file, 1000 + round);
    const verdict = { 0: 'pass', 1: 'fail', 3: 'inconclusive' }[code] ?? `exit ${code}`;
    tally[verdict] = (tally[verdict] ?? 0) + 1;
    if (wrong(verdict)) {
      wrongs += 1;
      console.log(`WRONG ${verdict}: ${file}, seed ${1000 + round}, load average ${loadavg()[0].toFixed(1)}`);
      for (const line of findings(out, file)) console.log(`    ${line.slice(0, 300)}`);
      if (verdict.startsWith('exit')) console.log(told);
    } else rmSync(out, { recursive: true, force: true });
  }
  console.log(`${title}: ${count} runs, ${JSON.stringify(tally)}, ${wrongs} wrong`);
  return wrongs;
}

for (let at = 0; at < LOAD; at += 1) keepRunning(LOADS[at % LOADS.length]);
const wrong =
  (await rounds('drills that ship', drillsIn('drills'), GOOD, (verdict) =>
    LOAD > 0 ? !['pass', 'inconclusive'].includes(verdict) : verdict !== 'pass',
  )) +
  (await rounds('known-bad', drillsIn('fixtures/known-bad'), BAD, (verdict) =>
    LOAD > 0 ? !['fail', 'inconclusive'].includes(verdict) : verdict !== 'fail',
  ));
await loadEnded();
if (wrong === 0) rmSync(base, { recursive: true, force: true });
else console.log(`what was wrong is kept in ${base}`);
process.exit(wrong === 0 ? 0 : 1);
