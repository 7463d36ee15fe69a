import { expect, test } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import type { Effects } from '../../src/fault/fault.js';
import { kill } from '../../src/fault/kill.js';
import { pause } from '../../src/fault/pause.js';
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
