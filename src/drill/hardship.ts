/** The faults that leave a node running and make life hard for it: what a drill file says of them. */
import * as z from 'zod';
import { forDuration, label, selector } from './step-keys.js';
import { byteRate, operationRate, phrase, share, size, skew } from './units.js';

/** What every fault that makes life hard for a node has beside its own keys. */
const hardship = { target: selector, for: forDuration, as: label };

export const cpu = z.strictObject({
  ...hardship,
  limit: share.meta({ description: 'the most processor time that it gets, of one processor' }),
});
export const memory = z.strictObject({
  ...hardship,
  limit: size('6m').meta({ description: 'the most memory; past it, the kernel ends a process of it' }),
});
export const disk = z.strictObject({
  ...hardship,
  fill: phrase(/^\/[^:,]{1,200}$/, 'an absolute path').meta({
    description: 'a folder of `tmpfs` with a size, which is filled to the last block',
  }),
});

export const THROTTLES = ['read', 'write', 'read_ops', 'write_ops'] as const;

export const slowDisk = z
  .strictObject({
    ...hardship,
    read: byteRate.optional(),
    write: byteRate.optional(),
    read_ops: operationRate.optional(),
    write_ops: operationRate.optional(),
  })
  .check(({ value, issues }) => {
    if (THROTTLES.some((name) => value[name] !== undefined)) return;
    const message = `one or more of ${THROTTLES.map((name) => `\`${name}\``).join(', ')}`;
    issues.push({ code: 'custom', input: value, message, params: { found: 'none of them' } });
  });
/** What of a disk's speed is left: bytes and operations a second. */
export type Throttle = Partial<Record<(typeof THROTTLES)[number], number | undefined>>;

export const clock = z.strictObject({
  ...hardship,
  skew: skew.meta({ description: 'how far the time of day is ahead (+5m) or behind (-30s)' }),
});
