/** A switch back that is refused, on real processes: it is asked for again, for a while. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EnvironmentError } from '../../src/errors.js';
import { decodeHistory } from '../../src/history/codec.js';
import { referenceSystem } from '../../src/system/reference.js';
import { catalogWithSystem, parseDrill, runDrills } from '../built-in.js';
import { freshFolder } from './drill-command.js';

const FILE = join(import.meta.dirname, 'containers/kill.yaml');

/** Runs a drill on the reference system, which refuses the first `refusals` switches back. */
async function run(refusals: number) {
  let asked = 0;
  const reluctant: typeof referenceSystem = {
    ...referenceSystem,
    async switchover(...order) {
      if (asked++ < refusals) throw new EnvironmentError('a is not in sync');
      await referenceSystem.switchover(...order);
    },
  };
  const out = freshFolder();
  const { runs } = await runDrills({
    drills: [{ file: FILE, drill: parseDrill(readFileSync(FILE, 'utf8'), FILE) }],
    catalog: catalogWithSystem(reluctant),
    environment: process.env,
    out,
  });
  const { verdict } = runs[0]!;
  const { events } = decodeHistory(readFileSync(join(out, 'kill/1/history.jsonl')));
  const recorded = events.filter((event) => event.type === 'ask' && event.ask === 'failback').length;
  const [ask, end] = [
    events.findIndex((event) => event.type === 'ask' && event.ask === 'failback'),
    events.findIndex((event) => event.type === 'phase' && event.phase === 'final reads'),
  ];
  const written = events
    .slice(ask, end)
    .some((event) => event.type === 'ok' && event.f === 'write' && event.node === 'a');
  return { asked, recorded, verdict, written };
}

it('is carried out once it is taken, and measured from when it was first asked for', async () => {
  const { asked, recorded, verdict, written } = await run(3);
  expect(verdict.findings.filter((finding) => finding.verdict !== 'pass')).toEqual([]);
  expect([asked, recorded]).toEqual([4, 4]);
  // Clients go on until the original primary has acknowledged a write, which is what ends a failback.
  expect(written).toBe(true);
  expect(verdict.timings.failback_ms).toBeGreaterThan(300);
});

it('makes the drill inconclusive where it is refused for good, and says why', async () => {
  const { verdict } = await run(Number.POSITIVE_INFINITY);
  const carriedOut = verdict.findings.find(({ expectation }) => expectation === 'drill carried out');
  expect(carriedOut).toMatchObject({
    verdict: 'inconclusive',
    message: 'the switch back to a was refused: a is not in sync',
  });
  expect(verdict.verdict).toBe('inconclusive');
});
