/** Nodes that may have little memory. One that takes more is ended by the kernel, which its exit tells. */
import type { StepOptions } from '../drill/steps.js';
import { formatSize } from '../drill/units.js';
import type { Fault } from './fault.js';
import { aimHardship, type HardshipAim, injectHardship } from './hardship.js';

export const memory: Fault<StepOptions<'memory'>, HardshipAim<number>> = {
  needs: ['memory'],
  aim: ({ target, limit }, view) =>
    aimHardship(target, limit, `limited to ${formatSize(limit)} of memory`, view),
  inject: (fault, aim, effects) => injectHardship('memory', fault, aim, effects),
};
