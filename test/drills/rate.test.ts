/** Clients that no machine can keep up with: the run ends early, in good order, and says nothing of the system. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freshFolder, startDrill, verdictIn } from './drill-command.js';
import { judgedAgain } from './judged-again.js';

it('at the highest rate, with little memory, a run is inconclusive and no heap overflows', async () => {
  const folder = freshFolder();
  const file = join(folder, 'rate.yaml');
  writeFileSync(
    file,
    `name: rate
topology: { nodes: { a: { role: primary }, b: {} }, supervisor: { members: 1 } }
clients: { app: { rate: 100000/s, count: 16, timeout: 30s } }
steps: [{ wait: 60s }]
expect: { failovers: 0, availability: ">= 99%", lost_writes: 0 }
`,
  );
  const out = join(folder, 'out');
  const { code, stdout, stderr } = await startDrill(['run', file, '--out', out], {
    NODE_OPTIONS: '--max-old-space-size=256',
  }).ended;
  expect(stderr).toBe('');
  expect(stdout).toContain('the clients app: expected operations to be sent on time, 100000 a second');
  expect(code).toBe(3);
  const { verdict, findings } = verdictIn(out, 'rate');
  expect(verdict).toBe('inconclusive');
  expect(findings.filter((finding) => finding.verdict === 'fail')).toEqual([]);
  expect(judgedAgain(join(out, 'rate/1')).verdict.verdict).toBe('inconclusive');
});
