/** A folder of nodes in which there is no room any more: not a single block can be written. */
import type { StepOptions } from '../drill/steps.js';
import type { Fault } from './fault.js';
import { aimHardship, type HardshipAim, injectHardship } from './hardship.js';

export const disk: Fault<StepOptions<'disk'>, HardshipAim<string>> = {
  needs: ['disk'],
  aim: ({ target, fill }, view) => aimHardship(target, fill, `without room in ${fill}`, view),
  inject: (fault, aim, effects) => injectHardship('disk', fault, aim, effects),
};
