/** What the gauge is asked to time. */
import type { Throttle } from '../../throttle.js';

/** How much is to be timed of each: bytes, or operations of one block. */
export interface Gauge extends Throttle {
  /** The file by which a process becomes a member of the group. */
  join: string;
  /** A file to be made, on the disk in question; gone at once. */
  file: string;
}

export const BLOCK = 4096;
/** Bytes pass in pieces of this size. */
export const CHUNK = 65_536;
