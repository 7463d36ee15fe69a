import { expect, test } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import type { Effects } from '../../src/fault/fault.js';
import { kill } from '../../src/fault/kill.js';
import { openStand, view } from './stand.js';

test('aims at who has the role now', () => {
  expect(kill.aim({ target: 'primary' }, view)).toEqual({
    targets: ['a'],
    signal: 'SIGKILL',
    text: 'a killed (SIGKILL)',
  });
  expect(kill.aim({ target: 'standby', signal: 'SIGTERM' }, view).targets).toEqual(['b', 'c']);
});

test('is witnessed when the operating system says that the processes are gone, and cannot be healed', async () => {
  const { inject, cluster } = await openStand();
  const before = clock.now();
  const { witness, span, aim } = await inject(kill, { target: 'standby' });
  const seen = await witness();
  expect(seen).toMatchObject({ witnessed: true });
  expect(span.at).toBeGreaterThan(before);
  expect(span.last).toBeGreaterThan(span.at);
  expect(seen.evidence).toEqual(
    aim.targets.map((subject) => ({ subject, expected: 'no process', observed: 'no process' })),
  );
  expect(await cluster.running('a')).toBe(true);
  expect(await cluster.running('b')).toBe(false);
});

test('a process that survives, and a kill of no node, are not witnessed', async () => {
  const nodes = { kill: async () => ({ at: clock.now() }), running: async () => true };
  const effects = { clock, nodes } as unknown as Effects;
  const survived = await kill.inject('fault-1', kill.aim({ target: 'a' }, view), effects);
  expect(await survived.witness()).toMatchObject({
    witnessed: false,
    evidence: [{ subject: 'a', expected: 'no process', observed: 'its process' }],
  });
  const before = clock.now();
  const aim = kill.aim({ target: 'killed' }, view);
  expect(aim.text).toBe('no node matched `killed`');
  const none = await kill.inject('fault-2', aim, effects);
  expect(await none.witness()).toMatchObject({ witnessed: false });
  expect(none.span.at).toBeGreaterThanOrEqual(before);
});
