import { describe, expect, it } from 'vitest';
import { eventsOf } from '../../src/history/by-type.js';
import { historyOf } from '../../src/history/history.js';
import { seeded } from '../../src/random.js';
import { claimsOf, primaryAt } from '../../src/timeline/claims.js';
import { resolveText } from '../../src/topology/partition.js';
import { judge } from '../built-in.js';
import { find } from '../checker/find.js';
import { type ObserverStand, observerStand } from './observer-stand.js';

const NONE = { expect: { double_primaries: 0 } };
const finding = async (stand: ObserverStand) => find(await stand.history(), 'double_primaries');

describe('what is on record of a role that only probes see', () => {
  it('is each word of a primary, from question to answer, and of a standby what is new', async () => {
    const stand = await observerStand(NONE);
    await stand.pass(400);
    const roles = eventsOf(await stand.history(), 'role');
    const said = roles.filter(({ node }) => node === 'a');
    expect(said.length).toBeGreaterThanOrEqual(9);
    for (const { role, at, time } of said) {
      expect(role).toBe('primary');
      expect(time - at!).toBe(4e6);
    }
    expect(roles.filter(({ node }) => node === 'b').map(({ role }) => role)).toEqual(['standby']);
  });

  it('is a history without a flaw', async () => {
    const stand = await observerStand(NONE);
    stand.kill('a');
    stand.says.b = 'silent';
    await stand.pass(600);
    stand.start('a', 'standby');
    stand.says.b = 'primary';
    await stand.pass(200);
    expect((await stand.history()).flaws).toEqual([]);
  });
});

describe('a double primary that only probes see', () => {
  it('is a primary that goes on beside its successor, though it steps down in the end', async () => {
    const stand = await observerStand(NONE);
    await stand.pass(500);
    stand.says.b = 'primary';
    await stand.pass(1000);
    stand.says.a = 'standby';
    await stand.pass(500);
    const history = await stand.history();
    expect(find(history, 'double_primaries')).toMatchObject({ verdict: 'fail', actual: '1' });
    const [span] = claimsOf(history).filter(({ node }) => node === 'a');
    // It stepped down at 1600 ms; the last question before that was asked within one round of probes.
    expect(span!.to / 1e6).toBeGreaterThan(1540);
    expect(span!.to / 1e6).toBeLessThan(1600);
  });

  it('is one that a killed runner left on record', async () => {
    const stand = await observerStand(NONE);
    await stand.pass(500);
    stand.says.b = 'primary';
    await stand.pass(300);
    stand.says.a = 'standby';
    await stand.pass(300);
    expect(find(await stand.soFar(), 'double_primaries').verdict).toBe('fail');
  });

  it('is a killed primary that comes back and believes that it is primary', async () => {
    const stand = await observerStand(NONE);
    stand.kill('a');
    await stand.pass(200);
    stand.says.b = 'primary';
    await stand.pass(500);
    stand.start('a', 'primary');
    await stand.pass(500);
    expect(await finding(stand)).toMatchObject({ verdict: 'fail', actual: '1' });
  });

  it('is one that says so a single time after it was started again, while its successor goes on', async () => {
    const stand = await observerStand(NONE);
    stand.kill('a');
    stand.says.b = 'primary';
    await stand.pass(500);
    stand.start('a', 'primary');
    await stand.pass(70);
    stand.says.a = 'standby';
    await stand.pass(200);
    const claims = claimsOf(await stand.history());
    expect(claims.map(({ node }) => node)).toEqual(['a', 'b', 'a']);
  });

  it('is a primary that falls silent and, awake again, still believes that it is primary', async () => {
    const stand = await observerStand(NONE);
    stand.says.a = 'silent';
    await stand.pass(600);
    stand.says.b = 'primary';
    await stand.pass(600);
    stand.says.a = 'primary';
    await stand.pass(400);
    stand.says.a = 'standby';
    await stand.pass(200);
    expect(await finding(stand)).toMatchObject({ verdict: 'fail', actual: '1' });
  });

  it('is a primary that falls silent for good: nothing that was seen ended its claim', async () => {
    for (const end of ['killed', 'never heard of again'] as const) {
      const stand = await observerStand(NONE);
      stand.says.a = 'silent';
      await stand.pass(600);
      stand.says.b = 'primary';
      await stand.pass(600);
      if (end === 'killed') stand.kill('a');
      await stand.pass(100);
      expect(await finding(stand), end).toMatchObject({ verdict: 'fail', actual: '1' });
    }
  });
});

describe('no double primary that only probes see', () => {
  it('is a clean handover, at whatever moment between two probes', async () => {
    for (let moment = 0; moment < 50; moment++) {
      const stand = await observerStand(NONE);
      await stand.pass(100 + moment);
      stand.says.a = 'standby';
      stand.says.b = 'primary';
      await stand.pass(150);
      expect(await finding(stand), `at ${moment} ms`).toMatchObject({ verdict: 'pass', actual: '0' });
    }
  });

  it('is a primary that was killed, and comes back as a standby', async () => {
    for (let moment = 0; moment < 50; moment += 7) {
      const stand = await observerStand(NONE);
      await stand.pass(moment);
      stand.kill('a');
      stand.says.b = 'primary';
      await stand.pass(200);
      stand.start('a', 'standby');
      await stand.pass(200);
      expect(await finding(stand), `at ${moment} ms`).toMatchObject({ verdict: 'pass', actual: '0' });
    }
  });

  it('is a primary that is silent for a while, and then says that it is a standby', async () => {
    const stand = await observerStand(NONE);
    stand.says.a = 'silent';
    await stand.pass(600);
    stand.says.b = 'primary';
    await stand.pass(600);
    stand.says.a = 'standby';
    await stand.pass(200);
    expect(await finding(stand)).toMatchObject({ verdict: 'pass', actual: '0' });
  });
});

it('a primary that was killed is primary again once it says so: a failover of its own', async () => {
  const stand = await observerStand({ steps: [{ kill: 'a' }], expect: { failovers: 2 } });
  stand.kill('a');
  stand.says.b = 'primary';
  await stand.pass(300);
  stand.kill('b');
  stand.start('a', 'primary');
  await stand.pass(300);
  const history = await stand.history();
  expect(find(history, 'failovers')).toMatchObject({ verdict: 'pass', actual: '2' });
  expect(primaryAt(history, history.events.at(-1)!.time)).toBe('a');
  expect(judge(history).counts.double_primary_intervals).toBe(0);
});

it('of two that say they are primary, the later one is it, as for the checkers', async () => {
  const stand = await observerStand(NONE);
  stand.says.b = 'primary';
  await stand.pass(100);
  expect(stand.present.primary()?.node).toBe('b');
  // One answer that stayed away makes nobody's claim a later one.
  stand.says.a = 'silent';
  await stand.pass(600);
  stand.says.a = 'primary';
  await stand.pass(300);
  expect(stand.present.primary()?.node).toBe('b');
  const { events } = await stand.soFar();
  expect(primaryAt(historyOf(events), events.at(-1)!.time)).toBe('b');
});

describe('a selector', () => {
  const everyPick = ({ present }: ObserverStand, text: string) =>
    [
      ...new Set(Array.from({ length: 40 }, (_, seed) => resolveText(text, present.view(), seeded(seed)))),
    ].flat();
  const allOf = (stand: ObserverStand, text: string) => [...new Set(everyPick(stand, text))].sort();

  it('that asks for standbys never stands for a node that does not run', async () => {
    const stand = await observerStand(NONE);
    stand.kill('a');
    stand.says.b = 'primary';
    await stand.pass(100);
    for (const text of ['any standby', 'random 2 standby', 'standby', 'all standby'])
      expect(allOf(stand, text), text).toEqual(['c']);
    expect(allOf(stand, 'primary')).toEqual(['b']);
    expect(allOf(stand, 'killed')).toEqual(['a']);
    stand.kill('c');
    expect(allOf(stand, 'any standby')).toEqual([]);
  });

  it('that asks for standbys stands for a node again once it was started again', async () => {
    const stand = await observerStand(NONE);
    stand.kill('a');
    stand.says.b = 'primary';
    await stand.pass(100);
    stand.start('a', 'silent');
    expect(allOf(stand, 'any standby')).toEqual(['a', 'c']);
  });

  it('that asks for standbys never stands for a primary that fell silent, or that another one succeeds', async () => {
    const stand = await observerStand(NONE);
    stand.says.a = 'silent';
    await stand.pass(600);
    expect(stand.present.primary()).toBeUndefined();
    expect(allOf(stand, 'any standby')).toEqual(['b', 'c']);
    stand.says.b = 'primary';
    await stand.pass(100);
    expect(allOf(stand, 'any standby')).toEqual(['c']);
  });

  it('that asks for standbys stands for one that is slow to answer, too', async () => {
    const stand = await observerStand(NONE);
    stand.says.b = 'silent';
    await stand.pass(600);
    expect(allOf(stand, 'standby')).toEqual(['b', 'c']);
  });
});

it('that nobody judges by any more is on record where it changes, not each time that it is said', async () => {
  const stand = await observerStand(NONE);
  stand.observer.calm();
  await stand.pass(1000);
  stand.says.b = 'primary';
  await stand.pass(1000);
  const roles = eventsOf(await stand.history(), 'role').filter(({ time }) => time > 105e6);
  expect(roles.map(({ node, role }) => `${node} ${role}`)).toEqual(['b primary']);
});
