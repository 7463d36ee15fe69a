/** Sequential consistency of registers whose values are written once: against brute force, and at length. */
import { describe, expect, it } from 'vitest';
import { initialValues } from '../../../src/histories/linearizability/index.js';
import { Budget } from '../../../src/histories/linearizability/result.js';
import { ForcedOrder } from '../../../src/histories/models/forced-order.js';
import { ProcessChains } from '../../../src/histories/models/process-chains.js';
import { sequential } from '../../../src/histories/models/sequential.js';
import { integer, type Random, seeded } from '../../../src/random.js';
import { operationsOf, registerStep, type SmallEvent } from '../linearizability/brute-force.js';
import { mutate, type Shape, smallHistory, tableOf } from '../linearizability/small-histories.js';
import { bruteSequential } from './brute-models.js';

const HISTORIES = 6_000;

const shape: Shape = {
  operations: 8,
  processes: 3,
  keys: 2,
  functions: ['read', 'read', 'write'],
  initial: null,
  step: registerStep,
  argument: (_, __, sequence) => sequence + 1,
  inDoubt: 0,
  lies: 0,
};

/** The processes' clocks go differently: what one did before the other comes after it. */
function skewed(random: Random, events: readonly SmallEvent[], places: number): SmallEvent[] {
  const late = new Map<number, number>();
  const at = events.map((event, place) => {
    if (!late.has(event.process)) late.set(event.process, integer(random, 0, places));
    return place + late.get(event.process)!;
  });
  const order = [...events.keys()].sort((left, right) => at[left]! - at[right]! || left - right);
  return order.map((place) => events[place]!);
}

function historyOf(random: Random, seed: number): SmallEvent[] {
  const cas = seed % 4 === 0;
  const events = smallHistory(random, {
    ...shape,
    operations: integer(random, 3, shape.operations),
    inDoubt: seed % 3 === 0 ? 0.25 : 0,
    lies: seed % 2 === 0 ? 0.4 : 0,
    functions: cas ? ['read', 'write', 'cas'] : shape.functions,
    argument: (source, f, sequence) => (f === 'cas' ? [integer(source, 1, 4), sequence + 1] : sequence + 1),
  });
  const moved = skewed(random, events, integer(random, 0, 6));
  return seed % 5 === 0 ? mutate(random, moved) : moved;
}

const lines = (events: readonly SmallEvent[]) => events.map((event) => JSON.stringify(event)).join('\n');

describe('sequential consistency of registers with values that are written once', () => {
  it('agrees with brute force, and forced orders contradict themselves only where there is none', () => {
    const random = seeded('sequential/once');
    const counts = { held: 0, illegal: 0, written: 0, forced: 0 };
    for (let seed = 0; seed < HISTORIES; seed++) {
      const events = historyOf(random, seed);
      const table = tableOf(events);
      const wanted = bruteSequential(events, null, registerStep);
      const found = sequential.check(table, {});
      expect(found.verdict, `seed ${seed}\n${lines(events)}`).toBe(wanted ? 'ok' : 'illegal');
      const chains = new ProcessChains(table, initialValues(table, null));
      const forced = new ForcedOrder(chains, new Budget()).contradiction() !== undefined;
      expect(forced && wanted, `seed ${seed}\n${lines(events)}`).toBe(false);
      counts[wanted ? 'held' : 'illegal']++;
      if (!wanted && chains.unwritten < 0) counts.written++;
      if (forced && chains.unwritten < 0) counts.forced++;
    }
    expect(counts.held).toBeGreaterThan(HISTORIES / 3);
    expect(counts.illegal).toBeGreaterThan(HISTORIES / 20);
    // Most of what is illegal, but for reads of what nobody wrote, needs no search.
    expect(counts.forced).toBeGreaterThan(20);
    expect(counts.forced).toBeGreaterThan(counts.written / 2);
  });

  it('shows operations that contradict themselves by brute force', () => {
    const random = seeded('sequential/evidence');
    for (let seed = 0, found = 0; found < 200; seed++) {
      const events = historyOf(random, seed);
      const table = tableOf(events);
      const result = sequential.check(table, {});
      if (result.verdict !== 'illegal') continue;
      found++;
      const { rows, omitted, minimal } = result.findings[0]!;
      expect([omitted, minimal]).toEqual([0, true]);
      const places = new Set(rows.flatMap((row) => [table.start[row]!, table.end[row]!]));
      const shown = events.filter((event, place) => places.has(place) || event.type === 'info');
      expect(bruteSequential(shown, null, registerStep), `seed ${seed}\n${lines(events)}`).toBe(false);
    }
  });
});

describe('sequential consistency of long histories', () => {
  const long = (operations: number, keys: number) =>
    smallHistory(seeded('sequential/long'), { ...shape, operations, keys, processes: 10 });

  it('that are linearizable follows from that', () => {
    const found = sequential.check(tableOf(long(10_000, 10)), { steps: 1_000_000 });
    expect(found).toMatchObject({ verdict: 'ok', findings: [] });
    expect(found.algorithm).toContain('its being linearizable');
  });

  it('that are not linearizable is found within a small budget', () => {
    const events = skewed(seeded('sequential/skewed'), long(2_000, 10), 300);
    const found = sequential.check(tableOf(events), { steps: 1_000_000 });
    expect(found).toMatchObject({ verdict: 'ok', algorithm: 'search over the orders of the processes' });
  });

  it('is denied by a handful of operations where a process reads what was there long ago', () => {
    const events = long(10_000, 1);
    const reads = events.filter(({ type, f }) => type === 'ok' && f === 'read');
    const late = reads[reads.length >> 1]!;
    late.value = reads[10]!.value;
    const { verdict, findings, algorithm } = sequential.check(tableOf(events), { steps: 1_000_000 });
    expect([verdict, algorithm]).toEqual(['illegal', 'order of processes and of what they read']);
    expect(findings[0]!.rows.length + findings[0]!.omitted).toBeLessThan(operationsOf(events).length / 10);
    expect(findings[0]).toMatchObject({ minimal: true });
  });

  it('is undecided where the budget is spent, never held', () => {
    const events = skewed(seeded('sequential/skewed'), long(2_000, 10), 300);
    expect(sequential.check(tableOf(events), { steps: 1_000 }).verdict).toBe('unknown');
  });
});
