/** Everybody can read the arguments of every process of the machine. Those of containers: docker/inherited.test.ts. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RUN_VARIABLE, RUNNER_VARIABLE } from '../../src/runtime/label.js';
import { allProcesses, commandOf, processesWith } from '../../src/runtime/os-process.js';
import { freshFolder, ROOT, startDrill } from '../drills/drill-command.js';

test('the label of a run is in no argument list while a drill goes on', async () => {
  const out = freshFolder();
  const drill = startDrill(['run', join(ROOT, 'test/drills/lifecycle/patient.yaml'), '--out', out]);
  await drill.printed(/reached: in-sync/);
  const processes = processesWith(RUN_VARIABLE).filter(({ environment }) =>
    environment[RUNNER_VARIABLE]?.startsWith(`${drill.child.pid}.`),
  );
  const run = processes[0]?.environment[RUN_VARIABLE] ?? expect.fail('expected a labelled process');
  // a, b, their supervisor, the Toxiproxy and the reaper.
  expect(processes.length).toBeGreaterThanOrEqual(5);
  const telling = allProcesses().filter(({ pid }) => commandOf(pid).includes(run));
  expect(telling.map(({ pid }) => commandOf(pid))).toEqual([]);
  expect((await drill.ended).code).toBe(0);
});
