/** Nodes whose time of day is wrong: ahead or behind. Their monotonic clock goes on as it did. */
import type { StepOptions } from '../drill/steps.js';
import { formatSkew } from '../drill/units.js';
import type { Fault } from './fault.js';
import { aimHardship, type HardshipAim, injectHardship } from './hardship.js';

export const clock: Fault<StepOptions<'clock'>, HardshipAim<number>> = {
  needs: ['clock'],
  aim: ({ target, skew }, view) =>
    aimHardship(target, skew, `with its clock off by ${formatSkew(skew)}`, view),
  inject: (fault, aim, effects) => injectHardship('clock', fault, aim, effects),
};
