/** The faults that a drill file can name, by the key of their step; a key of the step's can make it another one. */
import type { StepKind } from '../drill/steps.js';
import type { Aim, Fault } from '../fault/fault.js';

export type FaultKind = StepKind | 'kill-process';

// Options are checked by the drill file's schema, whose types each fault names; here they only pass through.
export type FaultKinds = Readonly<Partial<Record<FaultKind, Fault<never, Aim>>>>;
