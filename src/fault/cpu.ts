/** Nodes that get little processor time: a quota of the kernel's scheduler. */
import type { StepOptions } from '../drill/steps.js';
import { describeShare } from '../runtime/handicap.js';
import type { Fault } from './fault.js';
import { aimHardship, type HardshipAim, injectHardship } from './hardship.js';

export const cpu: Fault<StepOptions<'cpu'>, HardshipAim<number>> = {
  needs: ['cpu'],
  aim: ({ target, limit }, view) =>
    aimHardship(target, limit, `limited to ${describeShare(limit)} of a processor`, view),
  inject: (fault, aim, effects) => injectHardship('cpu', fault, aim, effects),
};
