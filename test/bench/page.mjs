/**
 * Measures the page of an execution at 1,000, 100,000 and 1,000,000 operations: how long it takes to make, how large it
 * is, how soon it is drawn in Chromium, and what writing it adds to a simulated drill.
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
import { executionPage } from '../../dist/report/html/page.js';

const MOST_BYTES = 2e6;
const MOST_MS = 1000;

const { values } = parseArgs({ options: { operations: { type: 'string' } } });
const counts = values.operations ? [Number(values.operations)] : [1_000, 100_000, 1_000_000];

/** Writes and reads of 100 keys at an even rate, with a partition of two seconds in the middle of a minute. */
function history(operations) {
  const first = readFileSync(
    new URL('../../fixtures/histories/no-fencing.jsonl', import.meta.url),
    'utf8',
  ).split('\n')[0];
  const { hash, ...run } = JSON.parse(first);
  const events = [{ ...run, drill: { ...run.drill, expect: { lost_writes: 0, recover: '<= 4s' } } }];
  const add = (time, body) => events.push({ index: events.length, time: Math.round(time), ...body });
  add(1e6, { type: 'phase', phase: 'steps' });
  add(2e6, { type: 'role', node: 'a', role: 'primary', source: 'log', term: 1 });
  const apart = 60e9 / operations;
  let fault = 0;
  for (let at = 0; at < operations; at++) {
    const time = 3e6 + at * apart;
    const isCut = time > 30e9 && time < 32e9;
    if (fault === 0 && isCut) {
      fault = 1;
      const cuts = [{ link: 'a->b', streams: ['upstream', 'downstream'] }];
      add(time, {
        type: 'fault',
        fault: 'fault-1',
        kind: 'partition',
        targets: ['a'],
        text: 'isolate a (drop)',
        mode: 'drop',
        cuts,
      });
      add(time, { type: 'witness', fault: 'fault-1', witnessed: true, evidence: [] });
    }
    const isRead = at % 3 === 0;
    const key = `k${at % 100}`;
    const head = {
      process: at % 1000 < 10 ? 0 : 1,
      f: isRead ? 'read' : 'write',
      key,
      client: at % 4 ? 'app' : 'west',
      node: 'a',
    };
    add(time, { type: 'invoke', ...head, process: at, value: isRead ? null : at });
    const took = Math.min(apart * 0.9, 1e6 * (1 + ((at * 7919) % 97) / 30));
    if (isCut && at % 2 === 0)
      add(time + took, {
        type: 'info',
        ...head,
        process: at,
        value: isRead ? null : at,
        error: 'no answer in time',
      });
    else add(time + took, { type: 'ok', ...head, process: at, value: isRead ? null : at, term: 1 });
  }
  add(63e9, { type: 'end', reason: 'done' });
  return historyOf(events);
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
