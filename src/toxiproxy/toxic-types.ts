/** The toxics there are, by the name that the API knows them by. */
import type { ToxicType } from './toxic.js';
import { bandwidth } from './toxics/bandwidth.js';
import { latency } from './toxics/latency.js';
import { limitData } from './toxics/limit-data.js';
import { noop } from './toxics/noop.js';
import { resetPeer } from './toxics/reset-peer.js';
import { slicer } from './toxics/slicer.js';
import { slowClose } from './toxics/slow-close.js';
import { timeout } from './toxics/timeout.js';

export const toxicTypes: ReadonlyMap<string, ToxicType> = new Map<string, ToxicType>([
  ['noop', noop],
  ['latency', latency],
  ['bandwidth', bandwidth],
  ['slow_close', slowClose],
  ['timeout', timeout],
  ['reset_peer', resetPeer],
  ['slicer', slicer],
  ['limit_data', limitData],
]);
