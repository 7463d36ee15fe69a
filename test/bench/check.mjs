/**
 * Measures the checkers on histories that are generated from a seed, and prints the table: the time of checking
 * alone (the parsed history in memory, medians of 5), the peak memory of the process, the bound.
 *
 *     node test/bench/check.mjs [--seed S] [--only TEXT]
 *
 * Each row runs in a process of its own. Exit code 1 where a bound is exceeded.
 */
import { spawnSync } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const SELF = fileURLToPath(import.meta.url);
const ETCD = fileURLToPath(new URL('../../../shared/histories/etcd/', import.meta.url));
const TIMEOUT_MS = 10_000;
const RUNS = 5;

const stale = (inDoubt) => ({ operations: 1e4, stale: true, inDoubt });

/** Name, shape of the history, bound in ms; `general` leaves zones out. */
const ROWS = [
  { name: '10k operations, 1 key, unique values', shape: { operations: 1e4 }, bound: 5 },
  {
    name: '10k operations, 1 key, unique values, general',
    shape: { operations: 1e4 },
    general: true,
    bound: 100,
  },
  { name: '10k operations, 1 key, 10 values', shape: { operations: 1e4, values: 10 }, bound: 100 },
  { name: '100k operations, 1 key, unique values', shape: { operations: 1e5 } },
  { name: '100k operations, 1 key, unique values, general', shape: { operations: 1e5 }, general: true },
  { name: '100k operations, 1 key, 10 values', shape: { operations: 1e5, values: 10 } },
  { name: '1M operations, 1000 keys, unique values', shape: { operations: 1e6, keys: 1000 }, bound: 100 },
  { name: '1M operations, 1 key, unique values', shape: { operations: 1e6 }, bound: 120 },
  {
    name: '10k compare-and-set, 1 key, 5 values',
    shape: { operations: 1e4, values: 5, kind: 'cas' },
    bound: 40,
  },
  {
    name: '10k compare-and-set, no reads, 5 values',
    shape: { operations: 1e4, values: 5, kind: 'cas', reads: 0 },
    bound: 40,
  },
  { name: '10k appends and reads, 1 key', shape: { operations: 1e4, kind: 'append' } },
  ...[0.001, 0.01, 0.02].flatMap((inDoubt) => {
    const doubt = `${inDoubt * 100}% in doubt`;
    return [
      { name: `10k, stale read half way, ${doubt}, unique`, shape: stale(inDoubt), bound: 5 },
      {
        name: `10k, stale read half way, ${doubt}, unique, general`,
        shape: stale(inDoubt),
        general: true,
        bound: TIMEOUT_MS,
      },
      {
        name: `10k, stale read half way, ${doubt}, 10 values`,
        shape: { ...stale(inDoubt), values: 10 },
        bound: TIMEOUT_MS,
      },
      {
        name: `10k, stale read half way, ${doubt}, cas 5 values`,
        shape: { ...stale(inDoubt), values: 5, kind: 'cas' },
        bound: TIMEOUT_MS,
      },
      {
        name: `10k, stale read half way, ${doubt}, cas 20 values`,
        shape: { ...stale(inDoubt), values: 20, kind: 'cas' },
        bound: TIMEOUT_MS,
      },
    ];
  }),
  { name: 'the etcd logs together', etcd: true, bound: 40 },
  { name: 'end to end: 1M operations of JSON lines, 1 key', file: { operations: 1e6 }, bound: 6000 },
  {
    name: 'end to end: 1M operations of JSON lines, 1000 keys',
    file: { operations: 1e6, keys: 1000 },
    bound: 6000,
  },
  {
    name: 'end to end: 1M compare-and-set, 1000 keys',
    file: { operations: 1e6, keys: 1000, kind: 'cas', values: 5, inDoubt: 0.001 },
    bound: 6000,
  },
];
const MEMORY_BOUND_MB = 1000;

const { values: args } = parseArgs({
  options: {
    seed: { type: 'string', default: 'bench' },
    only: { type: 'string' },
    row: { type: 'string' },
    path: { type: 'string' },
  },
});

if (args.row === undefined) printTable();
else await measure(ROWS[Number(args.row)]);

/** In a process of its own: measures one row and prints what it found as JSON. */
async function measure(row) {
  const { systemClock } = await import('../../dist/clock.js');
  if (args.path !== undefined) {
    const { checkFile } = await import('../../dist/histories/check-history.js');
    const result = await checkFile(args.path, { clock: systemClock, timeoutMs: TIMEOUT_MS });
    return print([], result.verdict, result.algorithm);
  }
  const { checkLinearizable } = await import('../../dist/histories/linearizability/index.js');
  const tables = row.etcd
    ? await etcdTables()
    : [(await import('./histories.mjs')).table(args.seed, row.shape)];
  const options = {
    clock: systemClock,
    timeoutMs: TIMEOUT_MS * 0.95,
    ...(row.general ? { zones: false } : {}),
  };
  const times = [];
  let last;
  for (let run = 0; run < RUNS; run++) {
    const begun = systemClock.now();
    for (const table of tables) last = checkLinearizable(table, options);
    times.push(systemClock.now() - begun);
    if (times[0] > 2000) break;
  }
  print(times, row.etcd ? `${tables.length} logs` : last.verdict, last.algorithm);
}

async function etcdTables() {
  const { readHistory } = await import('../../dist/histories/formats/read-file.js');
  const paths = readdirSync(ETCD).map((name) => join(ETCD, name));
  const read = (path) => readHistory(path, createReadStream(path), 'auto', () => true);
  return Promise.all(paths.sort().map(async (path) => (await read(path)).table));
}

function print(times, verdict, algorithm) {
  const rss = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ times, verdict, algorithm, rss }));
}

function printTable() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-check-'));
  let exceeded = 0;
  console.log(`seed ${args.seed}, ${RUNS} runs each, milliseconds\n`);
  console.log(
    `${'history'.padEnd(58)}${'median'.padStart(9)}${'worst'.padStart(9)}${'bound'.padStart(7)}${'MB'.padStart(6)}  verdict`,
  );
  try {
    for (const [index, row] of ROWS.entries()) {
      if (args.only && !row.name.includes(args.only)) continue;
      if (row.etcd && !existsSync(ETCD)) {
        console.log(`${row.name.padEnd(58)}  skipped: they do not lie beside the checkout`);
        continue;
      }
      const found = row.file ? endToEnd(index, row, folder) : child(['--row', String(index)]);
      const sorted = found.times.sort((left, right) => left - right);
      const median = sorted[sorted.length >> 1];
      const over = (row.bound !== undefined && median > row.bound) || found.rss > MEMORY_BOUND_MB;
      if (over) exceeded++;
      const figures = [
        median.toFixed(1).padStart(9),
        sorted.at(-1).toFixed(1).padStart(9),
        String(row.bound ?? '').padStart(7),
      ];
      console.log(
        `${row.name.padEnd(58)}${figures.join('')}${found.rss.toFixed(0).padStart(6)}  ${found.verdict}${over ? '  OVER' : ''}  ${found.algorithm}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(exceeded === 0 ? '\nevery bound holds' : `\n${exceeded} bounds exceeded`);
  process.exitCode = exceeded === 0 ? 0 : 1;
}

function child(more) {
  const begun = process.hrtime.bigint();
  const { stdout, stderr, status } = spawnSync(process.execPath, [SELF, '--seed', args.seed, ...more], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`a row failed: ${stderr}`);
  return { ...JSON.parse(stdout), wall: Number(process.hrtime.bigint() - begun) / 1e6 };
}

/** The whole process, start of Node included. */
function endToEnd(index, row, folder) {
  const path = join(folder, 'history.jsonl');
  const written = spawnSync(process.execPath, [
    fileURLToPath(new URL('write-lines.mjs', import.meta.url)),
    path,
    args.seed,
    JSON.stringify(row.file),
  ]);
  if (written.status !== 0) throw new Error(`the history could not be written: ${written.stderr}`);
  const runs = Array.from({ length: 3 }, () => child(['--row', String(index), '--path', path]));
  const megabytes = (statSync(path).size / 1e6).toFixed(0);
  return { ...runs[0], times: runs.map(({ wall }) => wall), verdict: `${runs[0].verdict} (${megabytes} MB)` };
}
