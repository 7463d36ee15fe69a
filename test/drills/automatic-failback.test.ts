/** Supervisors that switch back by themselves say so: what is measured of it holds, whenever they do it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventsOf } from '../../src/history/by-type.js';
import { decodeHistory } from '../../src/history/codec.js';
import { historyOf } from '../../src/history/history.js';
import { drill, freshFolder, verdictIn } from './drill-command.js';

/** Runs a drill; what its history tells of the way back. */
async function passed(file: string, name: string) {
  const out = freshFolder();
  const { code, stdout, stderr } = await drill('run', file, '--out', out);
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  const history = historyOf(decodeHistory(readFileSync(join(out, name, '1', 'history.jsonl'))).events);
  const began = eventsOf(history, 'supervisor').filter(({ event }) => event === 'switchover');
  // Given up and begun again on a busy machine, it is the same one.
  expect(began.length).toBeGreaterThan(0);
  for (const one of began) expect(one).toMatchObject({ target: 'a', term: 2, detail: 'automatic failback' });
  const phase = eventsOf(history, 'phase').find((event) => event.phase === 'failback')!;
  const { timings, counts } = verdictIn(out, name);
  expect(counts.failovers).toBe(1);
  expect(timings.failback_ms).toBeGreaterThan(0);
  expect(timings.failback_ms).toBeLessThan(2000);
  return { began: began[0]!, phase, timings };
}

describe('an automatic failback', () => {
  it('during the steps is announced, measured, and no failover', async () => {
    const file = join(import.meta.dirname, 'failback', 'in-steps.yaml');
    const { began, phase, timings } = await passed(file, 'in-steps');
    expect(began.time).toBeLessThan(phase.time);
    // The outage of the way back is its own: clients notice it, and the fault is not to blame for it.
    expect(timings.failback_outage_ms).toBeGreaterThan(0);
    expect(timings.failback_outage_ms).toBeLessThan(1000);
  });

  it('in its phase is measured from when the supervisors began it', async () => {
    const { timings } = await passed('drills/automatic-failback.yaml', 'automatic-failback');
    expect(timings.failback_outage_ms).toBeLessThan(1000);
  });
});
