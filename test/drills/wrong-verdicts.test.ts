/**
 * Drills that were once judged wrong, each with what is right: a pass that was none is the worst that this tool can
 * give, a failure that was ours the next. On a machine that is too busy, inconclusive is right for all of them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import { decodeHistory } from '../../src/history/codec.js';
import { seeded } from '../../src/random.js';
import { startToxiproxy } from '../../src/toxiproxy/server.js';
import { slowApi } from '../runtime/links/slow-api.js';
import { freshFolder, ROOT, startDrill, verdictIn } from './drill-command.js';

const CASES = join(ROOT, '../shared/cases/drills');
const isHere = existsSync(CASES);
const skipped = isHere ? '' : ' (skipped: ../shared/cases is not here)';

function start(file: string, name: string, ...args: string[]) {
  const out = freshFolder();
  const running = startDrill(['run', file, '--out', out, ...args]);
  const ends = async () => {
    const { code, stdout, stderr } = await running.ended;
    const { events } = decodeHistory(readFileSync(join(out, name, '1', 'history.jsonl')));
    const verdict = verdictIn(out, name);
    const finding = (expectation: string) =>
      verdict.findings.find((one) => one.expectation === expectation) ?? expect.fail(stdout);
    return { code, said: `${stdout}\n${stderr}`, events, verdict, finding };
  };
  return { ...running, ends };
}

const ofCase = (name: string, ...args: string[]) => start(join(CASES, `${name}.yaml`), name, ...args);

describe(`drills that were judged wrong${skipped}`, () => {
  it.skipIf(!isHere)('a split that a slow Toxiproxy takes a second to make is never a pass', async () => {
    const server = await startToxiproxy({ listen: '127.0.0.1:0', clock, random: seeded(7) });
    onTestFinished(() => server.close());
    const slow = await slowApi(server.url, 40);
    const { code, said, verdict, finding } = await ofCase('slow-injection', '--toxiproxy', slow).ends();
    expect(code, said).not.toBe(0);
    expect(verdict.timings.faults[0]?.injection_ms, said).toBeGreaterThan(500);
    expect(finding('faults take effect').verdict, said).toBe('inconclusive');
    expect(finding('detect').verdict, said).toBe('inconclusive');
    expect(finding('recover').verdict, said).toBe('inconclusive');
  });

  it.skipIf(!isHere).each([
    ['blip', 150],
    ['blip50', 50],
    ['flap', 150],
  ])(
    '%s: a cut lasts %d ms and nobody fails over, or it is inconclusive with its real length',
    async (name, asked) => {
      const { code, said, verdict } = await ofCase(name).ends();
      expect([0, 3], said).toContain(code);
      const lengths = verdict.timings.faults.map(({ lasted_ms }) => lasted_ms ?? Number.NaN);
      const tolerance = Math.max(20, asked / 10);
      expect(verdict.timings.faults.map(({ asked_ms }) => asked_ms)).toEqual(lengths.map(() => asked));
      const asAsked = lengths.every((ms) => Math.abs(ms - asked) <= tolerance);
      // A pass needs the right length; the wrong length needs to be no pass.
      expect(code === 0 ? asAsked : true, `${lengths.join(', ')} ms\n${said}`).toBe(true);
    },
  );

  it.skipIf(!isHere)('a majority of supervisors that is lost for good: never recovered', async () => {
    const { code, said, finding } = await ofCase('majority-loss').ends();
    expect([1, 3], said).toContain(code);
    expect(finding('recover'), said).toMatchObject({ actual: 'never' });
  });
});

describe('a runner that is stopped for three seconds in a failover', () => {
  it('blames nobody, and says so', async () => {
    const { child, printed, ends } = start('drills/kill-primary.yaml', 'kill-primary');
    await printed(/fault-1 .* is in force/);
    child.kill('SIGSTOP');
    await new Promise<void>((done) => clock.timer(3000, done));
    child.kill('SIGCONT');
    const { code, said, events, verdict } = await ends();
    expect(code, said).toBe(3);
    expect(verdict.worst_stall_ms, said).toBeGreaterThan(2500);
    expect(events.filter(({ type }) => type === 'stall').length).toBeGreaterThan(0);
    expect(
      verdict.findings.filter((one) => one.verdict === 'fail'),
      said,
    ).toEqual([]);
    expect(said).toMatch(/the runner stood still for (?:2[5-9]|3)\d*/);
  });
});
