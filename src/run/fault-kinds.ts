/** The faults that a drill file can name, by the key of their step. */
import type { StepKind } from '../drill/steps.js';
import type { Aim, Fault } from '../fault/fault.js';

// Options are checked by the drill file's schema, whose types each fault names; here they only pass through.
export type FaultKinds = Readonly<Partial<Record<StepKind, Fault<never, Aim>>>>;
