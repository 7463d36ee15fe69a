/** What becomes of the other executions of a batch, and of what was done, where one of them cannot be written. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { EnvironmentError } from '../../src/errors.js';
import { type BatchSetting, runBatch } from '../../src/run/batch.js';
import type { Runtime } from '../../src/runtime/runtime.js';
import { catalogWithSystem, decodeDrill } from '../built-in.js';
import { noopSystem } from '../noop-system.js';

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'drill-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

type Opening = (folder: string, signal: AbortSignal) => Promise<void>;

/** A batch of drills, two at a time, in each of which nothing is done but what stands here for its opening. */
function batch(openings: Record<string, Opening>, more: Partial<BatchSetting> = {}) {
  const out = freshFolder();
  const opened: string[] = [];
  const runtime: Runtime = {
    name: 'process',
    capabilities: new Set(),
    async open(_layout, { logs, signal }) {
      const folder = dirname(logs);
      const name = folder.split('/').at(-2)!;
      opened.push(name);
      await openings[name]!(folder, signal!);
      throw new EnvironmentError('there are no nodes here');
    },
    look: async () => ({ census: { run: { processes: 0, folders: 0 } }, found: [] }),
  };
  const drills = Object.keys(openings).map((name) => ({
    file: `${name}.yaml`,
    drill: decodeDrill({
      name,
      topology: { nodes: { a: { role: 'primary' }, b: {} } },
      clients: { app: {} },
    }),
  }));
  const running = () =>
    runBatch({
      drills,
      out,
      repeat: 1,
      parallel: 2,
      clock: systemClock,
      runtime,
      catalogOf: () => catalogWithSystem({ ...noopSystem, name: 'reference' }),
      environment: {},
      signal: new AbortController().signal,
      seedOf: () => 7,
      watch: () => ({ onEvent() {}, onDone() {} }),
      ...more,
    });
  return { out, opened, running };
}

const atOnce: Opening = async () => {};

it('begins nothing where a folder holds the history of an earlier call', async () => {
  const { out, opened, running } = batch({ one: atOnce, two: atOnce }, { repeat: 2 });
  const file = join(out, 'two', '2', 'history.jsonl');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, 'what was seen then\n');
  await expect(running()).rejects.toThrow(
    `${file}: expected no history yet, found that of an earlier run; give another folder with --out, or remove what is there`,
  );
  expect(opened).toEqual([]);
  expect(existsSync(join(out, 'one'))).toBe(false);
  expect(readFileSync(file, 'utf8')).toBe('what was seen then\n');
});

it('where one execution cannot be begun interrupts the others, waits until they are down, and keeps what is done', async () => {
  let down = false;
  let begun = () => {};
  const longBegan = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const untilInterrupted: Opening = (_folder, signal) =>
    new Promise((_done, fail) => {
      begun();
      signal.addEventListener('abort', () =>
        systemClock.timer(50, () => {
          down = true;
          fail(signal.reason);
        }),
      );
    });
  const { out, opened, running } = batch({
    long: untilInterrupted,
    short: () => longBegan,
    bad: atOnce,
    later: atOnce,
  });
  // In place of its folder there is a file.
  writeFileSync(join(out, 'bad'), '');
  const { runs, failures } = await running();
  expect(down).toBe(true);
  expect(opened.sort()).toEqual(['long', 'short']);
  expect(failures).toMatchObject([{ message: expect.stringContaining(`${join(out, 'bad')}`) }]);
  expect(runs.map(({ file }) => file)).toEqual(['long.yaml', 'short.yaml']);
  const [long, short] = runs.map(({ verdict }) => JSON.stringify(verdict.findings));
  expect(long).toContain('the run was interrupted');
  expect(short).toContain('there are no nodes here');
  for (const { folder } of runs) expect(existsSync(join(folder, 'verdict.json'))).toBe(true);
});

it('reports an execution whose files cannot be written as inconclusive, and says why', async () => {
  const inTheWay: Opening = async (folder) => {
    mkdirSync(join(folder, 'verdict.json', 'in the way'), { recursive: true });
  };
  const { out, running } = batch({ one: inTheWay });
  const { runs, failures } = await running();
  const reason = `${join(out, 'one', '1', 'verdict.json')}: it cannot be written`;
  expect(failures).toMatchObject([{ message: expect.stringContaining(reason), exitCode: 3 }]);
  expect(runs.map(({ verdict }) => verdict.verdict)).toEqual(['inconclusive']);
  expect(JSON.stringify(runs[0]?.verdict.findings)).toContain(reason);
});
