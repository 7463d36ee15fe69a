/** A setting of the reference service that is short, so that much fits into little time. */
import type { Variant } from './simulation.js';

/** What a schedule usually runs with. */
export const variant = (more: Partial<Variant> = {}): Variant => ({
  members: 3,
  automaticFailback: false,
  replication: 'sync',
  trigger: 'supervisor',
  detect: { kind: 'heartbeat', interval: 20, timeout: 60, every: 20 },
  quorum: true,
  grace: 300,
  fencing: { delay: 5, confirm: true },
  lease: 90,
  ...more,
});
