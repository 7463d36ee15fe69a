/** The power goes, for real: what was synced is there, what was not is lost, and both is seen. */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodeHistory } from '../../src/history/codec.js';
import { lackOfDisks } from '../../src/runtime/disk/disk.js';
import { withEngine } from '../runtime/docker/engine.js';
import { withThing } from '../with-thing.js';
import { becomes, drill, freshFolder, startDrill, verdictIn } from './drill-command.js';

const GOOD = 'drills/power/site-power-loss.yaml';
const BAD = 'fixtures/known-bad/power/fsync-off.yaml';

async function both(runtime: string): Promise<void> {
  const out = freshFolder();
  const good = await drill('run', GOOD, '--runtime', runtime, '--out', out);
  expect(good.code, good.stdout).toBe(0);
  const { counts } = verdictIn(out, 'site-power-loss');
  expect(counts.acked_writes).toBeGreaterThan(10);
  const { events } = decodeHistory(readFileSync(join(out, 'site-power-loss/1/history.jsonl')));
  const [witness] = events.filter((event) => event.type === 'witness');
  const observed = 'no process, and the disk with what was durable';
  const evidence = ['a', 'b', 'c'].map((subject) => ({ subject, observed }));
  expect(witness).toMatchObject({ witnessed: true, evidence });
  const bad = await drill('run', BAD, '--runtime', runtime, '--out', out);
  expect(bad.code, bad.stdout).toBe(1);
  const finding = verdictIn(out, 'fsync-off').findings.find(
    ({ expectation }) => expectation === 'lost_writes',
  );
  expect(finding?.verdict).toBe('fail');
}

const mounts = () =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(`${tmpdir()}/failover-drill-`));

withThing('a disk can be mounted', lackOfDisks(process.env.PATH), () => {
  it('on local processes', () => both('process'));

  withEngine(() => {
    it('in containers', () => both('docker'));
  });

  it('a runner that is killed leaves nothing mounted', async () => {
    const before = mounts();
    const running = startDrill(['run', GOOD, '--out', freshFolder()]);
    await running.printed(/step 2 of/);
    expect(mounts().length).toBeGreaterThan(before.length);
    running.child.kill('SIGKILL');
    await running.ended;
    const isGone = () => mounts().every((line) => before.includes(line));
    expect(await becomes(10_000, isGone), mounts().join('\n')).toBe(true);
  });
});

it('under virtual time', () => both('sim'));

it('where disks cannot be mounted, it is refused by name before the start', async () => {
  const { code, stderr } = await startDrill(['run', GOOD, '--out', freshFolder()], { PATH: '/nowhere' })
    .ended;
  expect(code).toBe(2);
  expect(stderr).toContain('expected a machine on which the runtime process can do `power_loss`, found');
});
