/** The drills of operations, simulated: each passes, whatever the seed, and its known-bad twin is caught by what it announces. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeHistory } from '../../../src/history/codec.js';
import { loadDrills, runDrills } from '../../built-in.js';
import { scratch } from '../opened.js';

const ROOT = new URL('../../..', import.meta.url).pathname;
const GOOD = 'drills/operations';
const BAD = 'fixtures/known-bad/operations';
const names = readdirSync(join(ROOT, GOOD));

async function run(file: string, repeat: number) {
  const drills = await loadDrills([file], ROOT);
  const out = join(scratch(), 'out');
  const { runs } = await runDrills({ drills, runtime: 'sim', seed: 1, repeat, out, environment: {} });
  return runs;
}

const verdictsOf = async (file: string, repeat: number) =>
  (await run(file, repeat)).map(({ verdict }) => verdict);

/** The events of one execution. */
async function eventsOf(name: string) {
  const [only] = await run(`${GOOD}/${name}.yaml`, 1);
  return decodeHistory(readFileSync(join(only!.folder, 'history.jsonl'))).events;
}

describe('the drills of operations', () => {
  it('have a known-bad twin each', () => expect(readdirSync(join(ROOT, BAD))).toEqual(names));

  it.each(names)('%s is short, says what it proves, and passes', async (name) => {
    const text = readFileSync(join(ROOT, GOOD, name), 'utf8');
    expect(text.split('\n').length).toBeLessThanOrEqual(26);
    expect(text).toMatch(/^# Proves: .*\n# From: /);
    for (const { findings, verdict } of await verdictsOf(`${GOOD}/${name}`, 3))
      expect([verdict, findings.filter((one) => one.verdict !== 'pass')]).toEqual(['pass', []]);
  });

  it.each(names)('%s is caught where it is known to be bad', async (name) => {
    const file = `${BAD}/${name}`;
    const announced = /^# Must fail: (\w+)$/m.exec(readFileSync(join(ROOT, file), 'utf8'))?.[1];
    for (const { findings } of await verdictsOf(file, 3)) {
      const finding = findings.find(({ expectation }) => expectation === announced);
      expect([finding?.verdict, finding?.evidence.length === 0]).toEqual(['fail', false]);
      expect(findings.filter(({ verdict }) => verdict === 'inconclusive')).toEqual([]);
    }
  });
});

describe('the steps that hold others', () => {
  it('together: each begins at its time', async () => {
    const faults = (await eventsOf('two-faults')).filter(({ type }) => type === 'fault');
    const [first = Number.NaN, second = Number.NaN] = faults.map(({ time }) => time / 1e6);
    expect(faults).toHaveLength(2);
    expect(Math.abs(second - first - 100)).toBeLessThan(2);
  });

  it('together: a fault comes into the midst of a switchover', async () => {
    const events = await eventsOf('kill-during-failback');
    const asked = events.findIndex((event) => event.type === 'ask' && event.ask === 'switchover');
    const killed = events.findLastIndex(({ type }) => type === 'fault');
    const isPrimary = events
      .slice(asked, killed)
      .some((event) => event.type === 'role' && event.node === 'a' && event.role === 'primary');
    expect([killed > asked, isPrimary]).toEqual([true, false]);
  });

  it('for_each: one after the other, the primary last, each step told', async () => {
    const events = await eventsOf('rolling-restart');
    const asked = events.flatMap((event) =>
      event.type === 'ask' && event.ask === 'restart' ? [event.node] : [],
    );
    expect(asked).toEqual(['b', 'c', 'a']);
    const told = events.flatMap((event) => (event.type === 'step' && event.step === 2 ? [event.text] : []));
    expect(told.slice(1)).toEqual(['b', 'c', 'a'].flatMap((it) => [`restart: ${it}`, 'wait: in-sync']));
  });

  it('wait: what is not reached in time leads to the other steps, and is no fault of the drill', async () => {
    const events = await eventsOf('escalation');
    const waited = events.find((event) => event.type === 'waited' && event.for === 'recovered');
    expect(waited).toMatchObject({ reached: false, otherwise: true });
    expect(events.filter((event) => event.type === 'ask' && event.ask === 'restart')).toHaveLength(3);
  });
});
