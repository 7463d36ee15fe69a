/**
 * Measures the page of an execution at 1,000, 100,000 and 1,000,000 operations: how long it takes to make beside judging it,
 * how large it is, and how soon it is drawn in Chromium.
 *
 *     node test/bench/page.mjs [--operations N]
 *
 * Exit code 1 where the page of 100,000 operations is larger than 2 MB or not drawn within a second.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { CATALOG } from '../../dist/catalog.js';
import { judgedWith } from '../../dist/checker/judge.js';
import { historyOf } from '../../dist/history/history.js';
import { seeded } from '../../dist/random.js';
import { executionPage } from '../../dist/report/html/page.js';

const MOST_BYTES = 2e6;
const MOST_MS = 1000;

const { values } = parseArgs({ options: { operations: { type: 'string' } } });
const counts = values.operations ? [Number(values.operations)] : [1_000, 100_000, 1_000_000];

/** Writes and reads of 100 keys at random instants of a minute, with a partition of two seconds in its middle. */
function history(operations) {
  const random = seeded(operations);
  const file = new URL('../../fixtures/histories/no-fencing.jsonl', import.meta.url);
  const { hash, ...run } = JSON.parse(readFileSync(file, 'utf8').split('\n')[0]);
  const events = [];
  const add = (time, body) => events.push({ time: Math.round(time), ...body });
  add(1e6, { type: 'phase', phase: 'steps' });
  add(2e6, { type: 'role', node: 'a', role: 'primary', source: 'log', term: 1 });
  const cuts = [{ link: 'a->b', streams: ['upstream', 'downstream'] }];
  const fault = { type: 'fault', fault: 'fault-1', kind: 'partition', targets: ['a'], mode: 'drop', cuts };
  add(30e9, { ...fault, text: 'isolate a (drop)' });
  add(30e9, { type: 'witness', fault: 'fault-1', witnessed: true, evidence: [] });
  for (let process = 0; process < operations; process++) {
    const time = 3e6 + random.next() * 60e9;
    const f = random.next() < 0.3 ? 'read' : 'write';
    const value = f === 'read' ? null : process;
    const client = random.next() < 0.7 ? 'app' : 'west';
    const head = { process, f, key: `k${Math.floor(random.next() * 100)}`, client, node: 'a', value };
    add(time, { type: 'invoke', ...head });
    const took = 5e5 * (1 + 40 * random.next() ** 4);
    const isLost = time > 30e9 && time < 32e9 && random.next() < 0.5;
    if (isLost) add(time + 5e8, { type: 'info', ...head, error: 'no answer in time' });
    else add(time + took, { type: 'ok', ...head, term: 1 });
  }
  add(64e9, { type: 'end', reason: 'done' });
  events.sort((one, other) => one.time - other.time);
  const expect = { lost_writes: 0, recover: '<= 4s' };
  const whole = [{ ...run, drill: { ...run.drill, expect } }, ...events];
  return historyOf(whole.map((event, index) => ({ ...event, index })));
}

const folder = mkdtempSync(join(tmpdir(), 'drill-page-'));
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args });
process.stdout.write('operations   judged      made      size    drawn\n');
for (const count of counts) {
  const told = history(count);
  const begun = performance.now();
  const judged = judgedWith(told, CATALOG);
  const ready = performance.now();
  const html = executionPage({ ...judged, logs: [] }, 'drills/x.yaml');
  const made = performance.now();
  const file = join(folder, `${count}.html`);
  writeFileSync(file, html);
  const drawn = await drawnAfter(file);
  const cells = [
    `${count}`,
    `${(ready - begun).toFixed(0)} ms`,
    `${(made - ready).toFixed(0)} ms`,
    `${(html.length / 1e3).toFixed(0)} kB`,
    `${drawn.toFixed(0)} ms`,
  ];
  process.stdout.write(`${cells.map((cell) => cell.padStart(9)).join(' ')}\n`);
  if (count === 100_000 && (html.length > MOST_BYTES || drawn > MOST_MS)) process.exitCode = 1;
}
await browser.close();
rmSync(folder, { recursive: true });

/** From the beginning of the navigation to the first frame with the lanes in it: the middle of five. */
async function drawnAfter(file) {
  const taken = [];
  for (let run = 0; run < 5; run++) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(pathToFileURL(file).href);
    await page.locator('.stage .plot svg').waitFor();
    taken.push(
      await page.evaluate('new Promise((seen) => requestAnimationFrame(() => seen(performance.now())))'),
    );
    await page.close();
  }
  return taken.sort((one, other) => one - other)[2];
}
