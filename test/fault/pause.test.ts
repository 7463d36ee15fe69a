import { expect, test } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import type { Effects } from '../../src/fault/fault.js';
import { kill } from '../../src/fault/kill.js';
import { pause } from '../../src/fault/pause.js';
import { eventually } from '../runtime/opened.js';
import { openStand, view } from './stand.js';

test('is witnessed when the process is stopped, and healed when it goes on', async () => {
  const { inject, cluster } = await openStand();
  const { witness, heal } = await inject(pause, { target: 'a' });
  expect(await witness()).toMatchObject({
    witnessed: true,
    evidence: [{ subject: 'a', expected: 'stopped', observed: 'stopped' }],
  });
  const healed = await heal();
  expect(healed).toMatchObject({ witnessed: true, evidence: [{ observed: 'running' }] });
  expect(await cluster.paused('a')).toBe(false);
});

test('one that was killed while it was stopped has nothing to heal', async () => {
  const { inject } = await openStand();
  const { witness, heal } = await inject(pause, { target: 'a' });
  await witness();
  const killed = await inject(kill, { target: 'a' });
  expect(await killed.witness()).toMatchObject({ witnessed: true });
  expect(await heal()).toMatchObject({ witnessed: true, evidence: [{ observed: 'no process any more' }] });
});

test('of several, one alone goes on', async () => {
  const { inject, cluster } = await openStand();
  const { witness, still, heal } = await inject(pause, { target: 'standby' });
  await witness();
  expect(await heal(['b'])).toMatchObject({ witnessed: true, evidence: [{ subject: 'b' }] });
  expect(await cluster.paused('b')).toBe(false);
  expect(await still(['c'])).toMatchObject({
    witnessed: true,
    evidence: [{ subject: 'c', expected: 'stopped', observed: 'stopped' }],
  });
  expect(await heal(['c'])).toMatchObject({ witnessed: true, evidence: [{ subject: 'c' }] });
});

test('one that somebody else lets go on does not last', async () => {
  const { inject, cluster } = await openStand();
  const { witness, still } = await inject(pause, { target: 'standby' });
  expect(await witness()).toMatchObject({ witnessed: true });
  expect(await still()).toMatchObject({ witnessed: true });
  await cluster.resume('b');
  expect(await still()).toMatchObject({
    witnessed: false,
    evidence: [
      { subject: 'b', expected: 'stopped', observed: 'not stopped' },
      { subject: 'c', observed: 'stopped' },
    ],
  });
});

test('one that was killed, and may run again, was not let go on by anybody', async () => {
  const { inject, cluster, start } = await openStand();
  const { witness, still } = await inject(pause, { target: 'a' });
  await witness();
  // A moment later its process is still being taken down.
  await cluster.kill('a', 'SIGKILL');
  const ended = { witnessed: true, evidence: [{ subject: 'a', observed: 'ended since' }] };
  expect(await still()).toMatchObject(ended);
  await eventually('its end', async () => !(await cluster.running('a')) || undefined);
  await start('a');
  expect(await still(['a'], new Set(['a']))).toMatchObject(ended);
});

test('where one of several cannot be stopped, none stays stopped', async () => {
  const { inject, cluster } = await openStand();
  await cluster.kill('c', 'SIGTERM');
  await expect(inject(pause, { target: 'standby' })).rejects.toThrow(
    'node c: expected a running process, found none',
  );
  expect(await cluster.paused('b')).toBe(false);
});

test('a signal without an effect is not witnessed', async () => {
  const nodes = { pause: async () => ({ at: clock.now() }), paused: async () => false };
  const injection = await pause.inject('fault-1', pause.aim({ target: 'a' }, view), {
    clock,
    nodes,
  } as unknown as Effects);
  expect(await injection.witness()).toMatchObject({
    witnessed: false,
    evidence: [{ observed: 'not stopped' }],
  });
});
