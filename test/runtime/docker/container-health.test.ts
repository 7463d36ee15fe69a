/** How long a container is waited for, and what is told meanwhile, under virtual time. */
import { expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock.js';
import { lackOfHealth } from '../../../src/runtime/docker/container-health.js';

type Status = 'starting' | 'healthy' | 'unhealthy';

/** What is found of one that is healthy after so many ms, and what was told of it until then. */
async function waitedFor(readyAt: number, patience: number) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const onProgress = (text: string) => told.push(`${clock.now()}: ${text}`);
  const look = async () => {
    const Status: Status = clock.now() >= readyAt ? 'healthy' : 'starting';
    const Log = [{ Output: 'no database yet\n' }];
    return { Running: true, Health: { Status, FailingStreak: 1, Log } } as never;
  };
  const found = await clock.pass(() => lackOfHealth({ name: 'web', clock, onProgress }, patience, look));
  return { found, told };
}

it('is told of every five seconds, with the last word of its check', async () =>
  expect(await waitedFor(12_000, 20_000)).toEqual({
    found: undefined,
    told: [5000, 10_000].map((at) => `${at}: web is not healthy yet; its check said: no database yet`),
  }));

it('nothing is told where it is quick', async () =>
  expect(await waitedFor(4000, 20_000)).toEqual({ found: undefined, told: [] }));

it('what is not healthy in time is said, with the last word of its check', async () =>
  expect((await waitedFor(20_000, 1000)).found).toBe(
    'starting after 1000 ms; its check said: no database yet',
  ));
