/** The engine for tests in containers: they run where one answers, and fail where one was meant to (DRILL_TEST_STRICT). */
import { systemClock as clock } from '../../../src/clock.js';
import { messageOf } from '../../../src/errors.js';
import { openDockerCluster } from '../../../src/runtime/docker/docker-runtime.js';
import { findEngine } from '../../../src/runtime/docker/engine.js';
import { lackOfPacketFilters } from '../../../src/runtime/docker/packet-tools.js';
import type { Layout } from '../../../src/runtime/runtime.js';
import { atEnd } from '../../lifetime.js';
import { withThing } from '../../with-thing.js';
import { surroundings } from '../opened.js';

/** Why there is no engine; undefined where there is one. */
const missing = await findEngine(process.env, clock).then(
  () => undefined,
  (error: unknown) => messageOf(error),
);

/** Why packets cannot be filtered here. */
const lackOfFilters = await lackOfPacketFilters(process.env, clock);

/** Tests that need an engine. Without one: a single skipped test that says why, or a failing one. */
export function withEngine(define: () => void): void {
  withThing('an engine answers', missing, define);
}

/** Tests that filter packets in containers' networks, which needs root and iptables beside an engine. */
export function withPacketFilters(define: () => void): void {
  withThing('packets can be filtered', missing ?? lackOfFilters, define);
}

export async function openContainers(layout: Partial<Layout>) {
  const around = surroundings();
  const cluster = await openDockerCluster({ nodes: [], links: [], power: false, ...layout }, around);
  atEnd(() => cluster.close(), 60_000);
  return { ...around, around, cluster };
}
