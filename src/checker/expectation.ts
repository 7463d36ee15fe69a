/** The interface of an expectation: what a drill may expect, and the finding that a history comes to. One expectation, one file. */
import type * as z from 'zod';
import type { ExpectationPart } from '../drill/parts.js';
import type { Drill } from '../drill/schema.js';
import type { StepModel } from '../histories/models/step-model.js';
import type { History } from '../history/history.js';
import type { Finding } from './verdict.js';

export interface Expectation<Limit = unknown> extends ExpectationPart<Limit> {
  /** Pure: the same history always gives the same finding. `model` is that of the workload, where that has one of its own. */
  judge(limit: Limit, history: History, drill: Drill, model?: string | StepModel): Finding;
}

export function defineExpectation<Schema extends z.ZodType>(
  expectation: Expectation<z.output<Schema>> & { readonly schema: Schema },
): Expectation<z.output<Schema>> {
  return expectation;
}
