/** The drills that ship and the known-bad configurations, simulated: the verdicts that they have on processes. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/checker/verdict.js';
import type { RunOptions } from '../../../src/run/run-drills.js';
import { loadDrills, parseDrill, runDrills } from '../../built-in.js';
import { scratch } from '../opened.js';

const ROOT = new URL('../../..', import.meta.url).pathname;
const filesIn = (folder: string) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${folder}/${name}`);

async function simulate(files: readonly string[], more: Partial<RunOptions> = {}) {
  const drills = await loadDrills(files, ROOT);
  const out = join(scratch(), 'out');
  const { runs } = await runDrills({ drills, runtime: 'sim', seed: 1, out, environment: {}, ...more });
  const text = ({ folder }: { folder: string }) => readFileSync(join(folder, 'history.jsonl'), 'utf8');
  return { runs, out, verdicts: runs.map(({ verdict }) => verdict), histories: runs.map(text) };
}

describe('simulated, every drill that ships', () => {
  it.each([...filesIn('drills'), ...filesIn('drills/workloads')])('%s passes', async (file) => {
    const [{ verdict, findings, counts, timings }] = (await simulate([file])).verdicts as [Verdict];
    expect([verdict, findings.filter((one) => one.verdict !== 'pass')]).toEqual(['pass', []]);
    expect(findings.length).toBeGreaterThan(3);
    expect(counts.acked_writes).toBeGreaterThan(50);
    expect(timings.faults.length).toBeGreaterThan(0);
  });
});

describe('simulated, every known-bad configuration', () => {
  it.each([...filesIn('fixtures/known-bad'), ...filesIn('fixtures/known-bad/workloads')])(
    '%s is caught',
    async (file) => {
      const announced = /^# Must fail: (\w+)$/m.exec(readFileSync(join(ROOT, file), 'utf8'))?.[1];
      const [{ findings }] = (await simulate([file])).verdicts as [Verdict];
      expect(findings.find(({ expectation }) => expectation === announced)?.verdict).toBe('fail');
      expect(findings.filter(({ verdict }) => verdict === 'inconclusive')).toEqual([]);
    },
  );
});

describe('a seed', () => {
  const files = ['drills/pause-primary.yaml', 'drills/distant-supervisors.yaml'];

  it('gives the same history byte for byte, whatever runs beside it', async () => {
    const [alone, again, beside] = [
      await simulate(files, { repeat: 2 }),
      await simulate(files, { repeat: 2 }),
      await simulate(files, { repeat: 2, parallel: 4 }),
    ];
    expect(again.histories).toEqual(alone.histories);
    expect(beside.histories).toEqual(alone.histories);
    // What can be told apart by its seed is: the same would be so of a simulation that draws nothing.
    expect(new Set(alone.histories).size).toBe(4);
    const [first, second] = alone.histories.map((text) => text.split('\n').slice(1, 60).map(withoutHash));
    expect(first).not.toEqual(second);
  });

  it('is told with the command that simulates it again, and the one that tries it on processes', async () => {
    const { out } = await simulate(['fixtures/known-bad/lease-off.yaml'], { seed: 7 });
    const junit = readFileSync(join(out, 'junit.xml'), 'utf8');
    expect(junit).toContain('lease-off.yaml --seed 7 --runtime sim\n');
    expect(junit).toContain('lease-off.yaml --seed 7 --runtime process');
    expect(readFileSync(join(out, 'summary.md'), 'utf8')).toContain('--seed 7 --runtime process');
  });
});

/** What a line tells, without what chains it to the one before. */
function withoutHash(line: string): unknown {
  return { ...JSON.parse(line), hash: undefined };
}

describe('what cannot be simulated is refused before anything starts', () => {
  it('a system whose programs are others', async () => {
    await expect(simulate(['drills/redis/kill-primary.yaml'])).rejects.toThrow(
      /expected a runtime that can do `programs`, found the runtime sim/,
    );
  });

  it('a topology that is to stay, and a Toxiproxy', async () => {
    const file = 'drills/split-brain.yaml';
    await expect(simulate([file], { keep: true })).rejects.toThrow('whose nodes are simulated');
    await expect(simulate([file], { toxiproxy: 'embedded' })).rejects.toThrow('simulated links need no');
  });

  it('containers, and faults that only those can have', async () => {
    const text = 'name: x\ntopology: { nodes: { a: { role: primary }, b: {} } }\nclients: { app: {} }\n';
    const drill = parseDrill(`${text}steps: [{ cpu: { target: a, limit: 10% } }]`, 'x.yaml');
    const drills = [{ file: 'x.yaml', drill }];
    const out = join(scratch(), 'out');
    mkdirSync(out);
    await expect(runDrills({ drills, runtime: 'sim', out, environment: {} })).rejects.toThrow('can do `cpu`');
  });
});
