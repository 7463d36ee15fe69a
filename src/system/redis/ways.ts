/** The ways of a supervisor of ours to Redis nodes; loaded by reference/process.ts in the supervisor's process. */
import type { ShellConfig, WaysOf } from '../../reference/shell.js';
import { RedisNodes } from './nodes.js';

/** What a supervisor of Redis nodes is told besides: where each node dials the others, `host:port`. */
export interface RedisSupervisorConfig extends ShellConfig {
  routes: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export const waysOf: WaysOf = (config, around) => {
  const { routes } = config as RedisSupervisorConfig;
  const nodes = new RedisNodes({ ...around, routes });
  return (peer, address) => (config.nodes.includes(peer) ? nodes.node(peer, address) : undefined);
};
