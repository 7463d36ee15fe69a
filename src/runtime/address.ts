import type { HttpWay } from '../reference/client.js';

/** Where something listens. */
export interface Address {
  host: string;
  port: number;
  /** Opens a way to it, where no socket leads there. */
  http?(): HttpWay;
}
