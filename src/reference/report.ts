/** What a node says of itself: to the supervisors in its heartbeats, and to whoever asks for its role. */
import type { Core } from './core.js';
import type { Heartbeat } from './message.js';
import type { Office } from './office.js';
import { selfDeciding } from './settings.js';

/** What a node says of itself to whoever asks. */
export interface NodeStatus {
  node: string;
  role: 'primary' | 'standby';
  term: number;
  until?: number;
  accepted: number;
  in_sync: boolean;
  index: number;
  commit: number;
}

/** What of a node changes with its term. */
export interface Standing {
  term: number;
  /** The latest term that is on its disk. */
  told: number;
  office: Office | undefined;
  /** Chosen as primary, not in office yet. */
  appointed: boolean;
  yieldedTo: string | null;
  /** Writes accepted as primary in this term. */
  accepted: number;
  leaderHeardAt: number;
  leaderVersion: number;
}

export function heartbeatOf(core: Core, standing: Standing, now: number): Heartbeat {
  const { settings, configuration, log, name, incarnation, disk } = core;
  const { term, told, office, appointed, yieldedTo } = standing;
  const establishing = office?.establishing(now);
  return {
    type: 'heartbeat',
    from: name,
    incarnation,
    sentAt: now,
    disk,
    term: told,
    leading: office !== undefined || (appointed && told === term),
    serving: office?.serving(now) ?? false,
    deaf: office?.deaf(now) ?? false,
    yieldedTo,
    position: log.position,
    ...(establishing ? { establishing } : {}),
    ...(selfDeciding(settings) ? { configuration } : {}),
  };
}

/** A node shows itself as primary only while it may serve. */
export function statusOf(core: Core, standing: Standing, now: number): NodeStatus {
  const { log, name, settings, configuration } = core;
  const { term, office, accepted, leaderHeardAt, leaderVersion } = standing;
  const serving = office?.serving(now) ?? false;
  const until = serving ? office?.lease.until : undefined;
  const heard = now - leaderHeardAt <= settings.detect.timeout;
  // Who has been away may still know the set of which it was a member, and hear the primary of another one.
  const current = configuration.term === term && configuration.version >= leaderVersion;
  const standby = current && heard && configuration.inSync.includes(name);
  return {
    node: name,
    role: serving ? 'primary' : 'standby',
    term,
    ...(until !== undefined && Number.isFinite(until) ? { until } : {}),
    accepted: office?.accepted ?? accepted,
    in_sync: serving || standby,
    index: log.last,
    commit: log.commit,
  };
}
