/** The interface of a scenario: a step that injects faults one after the other. One scenario, one file. */
import type * as z from 'zod';
import type { Clock } from '../clock.js';
import type { StepPart } from '../drill/parts.js';
import type { Random } from '../random.js';
import type { Span } from '../span.js';
import type { Aim, Fault } from './fault.js';

/** What a scenario may do. */
export interface ScenarioStage {
  clock: Clock;
  random: Random;
  /** Aborted when the run is to end early. */
  signal: AbortSignal;
  /** The nodes that serve: neither supervisors nor dependencies. */
  members(): string[];
  /** Nodes and supervisors that do not run. */
  down(): string[];
  /** What a fault would hit now. */
  aim<Options>(fault: Fault<Options>, options: Options): Aim;
  /**
   * Injects a fault; resolves with its name. `aim` is what it hits, where that was settled before; for `rest` ms after
   * its heal nothing else will be done.
   */
  inject<Options>(fault: Fault<Options>, options: Options, how?: { aim: Aim; rest: number }): Promise<string>;
  /** Resolves when the time of a fault is over, with when its parts were undone. */
  over(fault: string): Promise<Span | undefined>;
  healAll(): Promise<void>;
  restart(node: string): Promise<void>;
}

export interface Scenario<Options = unknown> extends StepPart<Options> {
  play(options: Options, stage: ScenarioStage): Promise<void>;
}

/** A scenario, whose options are what its schema makes of them. */
export function defineScenario<Schema extends z.ZodType>(
  scenario: Scenario<z.output<Schema>> & { readonly schema: Schema },
): Scenario<z.output<Schema>> {
  return scenario;
}
