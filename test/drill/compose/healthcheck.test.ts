/** How long a node of a Compose file may take to become healthy: as long as Compose would let it, and no longer. */
import { describe, expect, it } from 'vitest';
import { healthPatience } from '../../../src/runtime/docker/node-container.js';
import { taken } from './taken.js';

/** What the runtime adds for the engine, ms. */
const FOR_THE_ENGINE = healthPatience({ test: ['CMD', 'true'], interval: 1, timeout: 1, retries: 1 }) - 2;

function healthcheckOf(keys: string) {
  const compose = `services: { web: { image: web, healthcheck: { test: [CMD, ask]${keys} } } }`;
  const check = taken(compose).nodes.web?.healthcheck;
  if (!check) throw new Error('no health check');
  return check;
}

// Where the file does not say, Compose has an interval and a timeout of half a minute, and three retries.
describe.each([
  ['', 3 * 30_000, 3 * 60_000],
  [', interval: 0s, timeout: 0s, retries: 0', 3 * 30_000, 3 * 60_000],
  [', timeout: 5s, retries: 10', 10 * 30_000, 10 * 35_000],
  [', start_period: 1m', 60_000 + 3 * 30_000, 60_000 + 3 * 60_000],
  [', interval: 2s, timeout: 3s, retries: 5, start_period: 10s', 10_000 + 5 * 2000, 10_000 + 5 * 5000],
  [', interval: 20s, start_interval: 1s, timeout: 4s, start_period: 40s', 100_000, 40_000 + 3 * 24_000],
  [', interval: 1s, timeout: 2s, retries: 3000', 3_000_000, 9_000_000],
])('with the keys "%s"', (keys, saysNo, hangs) => {
  const { interval, timeout, retries, start_period = 0 } = healthcheckOf(keys);

  it('a check that says no at once is asked as long as Compose would', () => {
    expect(start_period + retries * interval).toBe(saysNo);
  });

  it('a check that hangs is waited for no longer than Compose would', () => {
    const patience = healthPatience({ test: ['CMD', 'ask'], interval, timeout, retries, start_period });
    expect(patience - FOR_THE_ENGINE).toBeLessThanOrEqual(hangs);
  });
});

it('it is asked every second where the file does not say, and as often as the file says at the start', () => {
  expect(healthcheckOf('').interval).toBe(1000);
  expect(healthcheckOf(', interval: 20s').interval).toBe(20_000);
  expect(healthcheckOf(', interval: 20s, start_interval: 2s').interval).toBe(2000);
});

it('what is no number of failures is refused', () => {
  expect(() => healthcheckOf(', retries: few')).toThrow(
    'expected a number of failures, such as 3, found "few"',
  );
});
