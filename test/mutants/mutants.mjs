/**
 * The catch matrix: which checker finds which mutant of the reference service (fixtures/mutants), by the schedules that the
 * search draws (test/search), after how many of them, and in what time. Exit code 1 where one is not found.
 *
 *     npm run mutants -- --count 10000 --seed 1      seeds 1 to 10000 for each, up to the first that fails
 *         [--only NAME]...  these alone
 *         [--times 3]       up to so many seeds that fail, to see which checkers find it
 *         [--parallel 2]    so many mutants at once
 *         [--replay]        the drill that failed first, on processes: does it fail there too?
 *         [--out DIR]       where the drills that failed first are put, as NAME.yaml; .drill/mutants if not given
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, mutants } from './mutant.mjs';

const { values: asked } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true },
    times: { type: 'string', default: '1' },
    parallel: { type: 'string', default: '1' },
    replay: { type: 'boolean', default: false },
    out: { type: 'string', default: '.drill/mutants' },
  },
});
const SEARCH = fileURLToPath(new URL('../search/search.mjs', import.meta.url));
const out = resolve(asked.out);

/** What a program has written, and how it ended. */
function run(args, cwd = process.cwd()) {
  return new Promise((done) => {
    const limits = { cwd, maxBuffer: 1 << 28 };
    execFile(process.execPath, args, limits, (error, stdout, stderr) =>
      done({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

/** Up to the first seed that fails: that, by which checker it does, and what it took. */
async function search(mutant, dist, seed, count) {
  const options = Object.entries(mutant.search ?? {}).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, String(value)],
  );
  const range = ['--seed', String(seed), '--count', String(count), '--first', '--json'];
  const ended = await run([SEARCH, '--dist', dist, ...range, ...options]);
  const lines = ended.stdout.split('\n').filter((line) => line.startsWith('{'));
  if (lines.length === 0) throw new Error(`${mutant.name}: the search ended early: ${ended.stderr}`);
  const [failed, sum = failed] = lines.map((line) => JSON.parse(line));
  return { failed: sum === failed ? undefined : failed, sum, options };
}

/** On processes: the drill that this seed draws. */
async function replay({ name }, dist, seed, options) {
  const drawn = await run(
    [SEARCH, '--dist', dist, '--count', '1', '--seed', String(seed), '--show', ...options],
    out,
  );
  const file = join(out, `${name}.yaml`);
  writeFileSync(file, drawn.stdout);
  if (!asked.replay) return undefined;
  const folder = join(out, name);
  const { code } = await run([join(dist, 'cli.js'), 'run', file, '--runtime', 'process', '--out', folder]);
  return { 0: 'pass', 1: 'fail', 3: 'inconclusive' }[code] ?? `exit code ${code}`;
}

async function caught(mutant) {
  const folder = mkdtempSync(join(tmpdir(), 'drill-mutant-'));
  const dist = join(folder, 'dist');
  const found = { name: mutant.name, schedules: 0, ms: 0, checkers: {} };
  try {
    build(mutant, folder);
    const [first, end] = [Number(asked.seed), Number(asked.seed) + Number(asked.count)];
    for (let [seed, times] = [first, 0]; seed < end && times < Number(asked.times); times++) {
      const { failed, sum, options } = await search(mutant, dist, seed, end - seed);
      if (times === 0) Object.assign(found, { schedules: sum.schedules, ms: sum.wall_ms });
      if (!failed) break;
      found.checkers[failed.checker] = (found.checkers[failed.checker] ?? 0) + 1;
      if (times === 0) {
        found.seed = failed.seed;
        found.message = failed.message.split('\n')[0];
        found.replayed = await replay(mutant, dist, failed.seed, options);
      }
      seed = failed.seed + 1;
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const time = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** One line of what was found of a mutant, as soon as it is known. */
function tell({ name, seed, schedules, ms, checkers, message, replayed }) {
  const by = seed === undefined ? 'not found' : `seed ${seed}, ${Object.keys(checkers)}: ${message}`;
  const onProcesses = replayed ? `; on processes: ${replayed}` : '';
  process.stdout.write(`${name}: ${schedules} schedules, ${time(ms)}: ${by}${onProcesses}\n`);
}

function matrix(rows) {
  const checkers = [...new Set(rows.flatMap((row) => Object.keys(row.checkers)))].sort();
  const header = ['mutant', ...checkers, 'schedules', 'first seed', 'time'];
  const cells = rows.map(({ name, checkers: by, schedules, seed, ms }) => [
    name,
    ...checkers.map((checker) => String(by[checker] ?? '')),
    String(schedules),
    String(seed ?? 'none'),
    time(ms),
  ]);
  const width = header.map((_, at) => Math.max(...[header, ...cells].map((row) => row[at].length)));
  const line = (row) => `| ${row.map((cell, at) => cell.padEnd(width[at])).join(' | ')} |\n`;
  return [header, width.map((many) => '-'.repeat(many)), ...cells].map(line).join('');
}

mkdirSync(out, { recursive: true });
const names = mutants().map(({ name }) => name);
const unknown = (asked.only ?? []).filter((name) => !names.includes(name));
if (unknown.length > 0)
  throw new Error(`expected names of mutants, found ${unknown}; there are ${names.join(', ')}`);
const waiting = mutants().filter(({ name }) => !asked.only || asked.only.includes(name));
const rows = [];
const work = async () => {
  for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
    const row = await caught(mutant);
    tell(row);
    rows.push(row);
  }
};
await Promise.all(Array.from({ length: Number(asked.parallel) }, work));
rows.sort((one, other) => names.indexOf(one.name) - names.indexOf(other.name));
const found = rows.filter(({ seed }) => seed !== undefined);
process.stdout.write(`\n${matrix(rows)}${found.length} of ${rows.length} mutants were found\n`);
if (asked.replay) {
  const share = found.filter(({ replayed }) => replayed === 'fail').length;
  process.stdout.write(`${share} of the ${found.length} drills that found one fail on processes too\n`);
}
process.exitCode = found.length === rows.length ? 0 : 1;
