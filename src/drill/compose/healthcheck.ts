/** `healthcheck` of a service. */
import { found, type Path } from '../problem.js';
import { durationOf, durationText } from './quantities.js';
import type { ServiceContext, Values } from './service.js';

/** What Compose waits between two checks where the file does not say; here that would be half a minute to start. */
const USUAL_INTERVAL = 30_000;
const OUR_INTERVAL = 1000;
const MOST_TIMES = 1000;

/** As a key of a node; none where the service has switched it off. */
export function healthcheckOf(value: unknown, path: Path, { refuse }: ServiceContext): Values {
  const { test, interval, timeout, retries, start_period, disable } = (value ?? {}) as Values;
  const words = typeof test === 'string' ? ['CMD-SHELL', test] : test;
  if (disable === true || value === null || (Array.isArray(words) && words[0] === 'NONE')) return {};
  if (!Array.isArray(words)) {
    refuse([...path, 'test'], { expected: 'a command, such as [CMD, redis-cli, ping]', found: found(test) });
    return {};
  }
  const duration = (key: string, given: unknown) => {
    if (given === undefined) return {};
    const ms = durationOf(given);
    if (ms === undefined)
      refuse([...path, key], { expected: 'a duration, such as 10s or 1m30s', found: found(given) });
    return ms ? { [key]: durationText(ms) } : {};
  };
  const asked = interval === undefined ? OUR_INTERVAL : undefined;
  const times = Math.min(
    MOST_TIMES,
    Number(retries ?? 3) * (asked === undefined ? 1 : USUAL_INTERVAL / asked),
  );
  return {
    healthcheck: {
      // The file asks for the container's shell here; that is a command like any other.
      test: words[0] === 'CMD-SHELL' ? ['CMD', '/bin/sh', '-c', ...words.slice(1)] : words,
      ...(asked === undefined ? duration('interval', interval) : { interval: durationText(asked) }),
      ...duration('timeout', timeout ?? '30s'),
      ...duration('start_period', start_period),
      retries: times,
    },
  };
}
