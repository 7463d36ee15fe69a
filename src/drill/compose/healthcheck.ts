/**
 * `healthcheck` of a service. A node may take as long to become healthy as Compose would let it, and no longer:
 *
 *     start_period + retries * interval               where its check says no at once
 *     start_period + retries * (interval + timeout)   where its check hangs each time
 *
 * Where it is asked more often than Compose would, what that saves is added to `start_period`, in which failures do
 * not count: both times are the same as there.
 */
import { found, type Path } from '../problem.js';
import { formatDuration } from '../units.js';
import type { ServiceContext, Values } from './context.js';
import { HEALTHCHECK } from './keys.js';
import { mapAt } from './map.js';
import { durationOf } from './quantities.js';

/** What Compose takes where the file does not say. */
const USUAL = { interval: 30_000, timeout: 30_000, retries: 3 };
/** Half a minute between two checks would be half a minute to start. */
const OUR_INTERVAL = 1000;
/** What a node's own key takes. */
const MOST_RETRIES = 1000;

/** As a key of a node; none where the service has switched it off. */
export function healthcheckOf(value: unknown, path: Path, context: ServiceContext): Values {
  const check = mapAt(value, path, HEALTHCHECK, context);
  if (!check || value === null) return {};
  const { test, disable } = check;
  const words = typeof test === 'string' ? ['CMD-SHELL', test] : test;
  if (String(disable) === 'true' || (Array.isArray(words) && words[0] === 'NONE')) return {};
  if (!Array.isArray(words)) {
    context.refuse([...path, 'test'], {
      expected: 'a command, such as [CMD, redis-cli, ping]',
      found: found(test),
    });
    return {};
  }
  return {
    healthcheck: {
      // The file asks for the container's shell here; that is a command like any other.
      test: words[0] === 'CMD-SHELL' ? ['CMD', '/bin/sh', '-c', ...words.slice(1)] : words,
      ...timesOf(check, path, context),
    },
  };
}

function timesOf(check: Values, path: Path, { refuse }: ServiceContext): Values {
  /** Undefined where it is not there, or 0, which Compose takes as the same. */
  const given = <T>(key: string, parse: (text: unknown) => T | undefined, expected: string) => {
    const held = check[key] ?? undefined;
    const parsed = held === undefined ? undefined : parse(held);
    if (held !== undefined && parsed === undefined) refuse([...path, key], { expected, found: found(held) });
    return parsed || undefined;
  };
  const count = (text: unknown) => (/^\d{1,9}$/.test(String(text)) ? Number(text) : undefined);
  const duration = (key: string) => given(key, durationOf, 'a duration, such as 10s or 1m30s');
  const asked = duration('interval');
  const interval = asked ?? USUAL.interval;
  const every = Math.min(interval, duration('start_interval') ?? asked ?? OUR_INTERVAL);
  const allowed = given('retries', count, 'a number of failures, such as 3') ?? USUAL.retries;
  const retries = Math.min(allowed, MOST_RETRIES);
  const grace = (duration('start_period') ?? 0) + allowed * interval - retries * every;
  return {
    interval: formatDuration(every),
    timeout: formatDuration(duration('timeout') ?? USUAL.timeout),
    ...(grace > 0 ? { start_period: formatDuration(grace) } : {}),
    retries,
  };
}
