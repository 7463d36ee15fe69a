/** What a fault holds: for whom, until when, and whether it was held for as long as it should have been. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import { seeded } from '../../src/random.js';
import { startToxiproxy } from '../../src/toxiproxy/server.js';
import { slowApi } from '../runtime/links/slow-api.js';
import { labelledProcesses } from './drill-command.js';
import { ofType, start } from './held-drills.js';

describe('one of several that are paused', () => {
  it('is resumed alone; the others stand still until all is healed, which waits for no time that was given', async () => {
    const begun = clock.now();
    const { code, said, stdout, events } = await start('pauses').ends();
    expect(code, said).toBe(0);
    expect(clock.now() - begun).toBeLessThan(60_000);
    const phase = ofType(events, 'phase').find(({ phase }) => phase === 'heal') ?? expect.fail(said);
    const [resumed, rest, ...more] = ofType(events, 'healed');
    expect(more).toEqual([]);
    expect(resumed).toMatchObject({ targets: ['b'], witnessed: true, evidence: [{ subject: 'b' }] });
    expect(resumed!.index).toBeLessThan(phase.index);
    expect(rest).toMatchObject({ witnessed: true, evidence: [{ subject: 'c', observed: 'running' }] });
    expect(rest!.targets).toBeUndefined();
    expect(rest!.index).toBeLessThan(phase.index);
    const look = ofType(events, 'witness').find(({ before, targets }) => before === 'heal' && !targets);
    expect(look).toMatchObject({ witnessed: true, evidence: [{ subject: 'c', observed: 'stopped' }] });
    expect(stdout).toContain('fault-1 (b, c paused) is healed for b alone');
  });
});

describe('a fault that somebody else undoes in its midst makes the drill inconclusive', () => {
  it('a cut on a Toxiproxy that others use too, and reset', async () => {
    const server = await startToxiproxy({ listen: '127.0.0.1:0', clock, random: seeded(7) });
    onTestFinished(() => server.close());
    const { printed, ends } = start('cut', '--toxiproxy', server.url);
    await printed(/fault-1 .* is in force/);
    expect((await fetch(`${server.url}/reset`, { method: 'POST' })).ok).toBe(true);
    const { code, said, effects } = await ends();
    expect(code, said).toBe(3);
    expect(effects?.message).toMatch(
      /^fault-1 \(.*\) did not last until its heal: a->b: expected fault-1_upstream, fault-1_downstream, found no toxics/,
    );
    expect(effects?.actual).toBe('1 not witnessed');
  });

  it('a pause', async () => {
    const { printed, ends, child } = start('cut');
    await printed(/fault-2 .* is in force/);
    const stopped = labelledProcesses().filter(({ pid, runner }) => {
      return runner === child.pid && /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    });
    expect(stopped).toHaveLength(1);
    process.kill(stopped[0]!.pid, 'SIGCONT');
    const { code, said, effects } = await ends();
    expect(code, said).toBe(3);
    expect(effects?.message).toMatch(
      /^fault-2 \(b paused\) did not last until its heal: b: expected stopped, found not stopped$/,
    );
  });
});

it('nobody else: what is held until it is healed passes', async () => {
  const { code, said, events } = await start('cut').ends();
  expect(code, said).toBe(0);
  const looks = ofType(events, 'witness').filter(({ before }) => before === 'heal');
  expect(looks.map(({ fault, witnessed }) => `${fault} ${witnessed}`)).toEqual([
    'fault-1 true',
    'fault-2 true',
  ]);
});

it('what counts from a stop counts from its end, not from its order', async () => {
  const { code, said, events } = await start('grace').ends();
  expect(code, said).toBe(0);
  const stop = ofType(events, 'fault').find(({ kind }) => kind === 'stop') ?? expect.fail(said);
  const inForce = ofType(events, 'witness').find(({ fault }) => fault === stop.fault);
  const at = inForce?.at ?? expect.fail(said);
  expect(at - stop.time).toBeGreaterThan(1400e6);
  const recovered = ofType(events, 'waited').find((one) => one.for === 'recovered') ?? expect.fail(said);
  // A write that is acknowledged after its end, and the time for which success has to hold.
  expect(recovered.time - at).toBeGreaterThan(200e6);
});

it('an injection that is slow shows in the history and in what is told, from its first part to its last', async () => {
  const server = await startToxiproxy({ listen: '127.0.0.1:0', clock, random: seeded(7) });
  onTestFinished(() => server.close());
  const url = await slowApi(server.url, 60);
  const { code, said, stdout, events } = await start('cut', '--toxiproxy', url).ends();
  expect(code, said).toBe(0);
  const { at = Number.NaN, last = Number.NaN } = ofType(events, 'witness')[0] ?? expect.fail(said);
  // Two links, both streams, one after the other: three times it is waited between the first and the last.
  expect((last - at) / 1e6).toBeGreaterThanOrEqual(3 * 60);
  expect(stdout).toContain(`is in force after ${((last - at) / 1e6).toFixed(1)} ms`);
});

it('Ctrl-C is heard at once while a node has all the time to end', async () => {
  const { printed, ends, child } = start('patience');
  await printed(/fault-2 \(b stopped .*\) is being injected/);
  const sent = clock.now();
  child.kill('SIGINT');
  const { code, said } = await ends();
  expect(code, said).toBe(130);
  expect(clock.now() - sent).toBeLessThan(10_000);
  expect(labelledProcesses().filter(({ runner }) => runner === child.pid)).toEqual([]);
});
