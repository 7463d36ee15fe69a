/** Nodes whose reads and writes of the disk are throttled by the kernel. */
import type { Throttle } from '../drill/hardship.js';
import type { StepOptions } from '../drill/steps.js';
import { describeThrottle } from '../runtime/handicap.js';
import type { Fault } from './fault.js';
import { aimHardship, type HardshipAim, injectHardship } from './hardship.js';

export const slowDisk: Fault<StepOptions<'slow_disk'>, HardshipAim<Throttle>> = {
  needs: ['slow_disk'],
  aim({ target, for: _for, as: _as, ...throttle }, view) {
    return aimHardship(target, throttle, `with a slow disk (${describeThrottle(throttle)})`, view);
  },
  inject: (fault, aim, effects) => injectHardship('slow_disk', fault, aim, effects),
};
