/** What a history is checked with, and what comes of it. */
import type { Value } from '../history/operation-type.js';
import type { Counterexample, KeyVerdict } from './evidence/key-verdicts.js';
import type { FailedCas } from './formats/failure.js';
import type { Limits } from './linearizability/result.js';
import type { StepModel } from './models/step-model.js';

export interface CheckOptions extends Limits {
  /** The name of a model, or one of your own as a pure step function; what the history uses where left out. */
  model?: string | StepModel;
  /** What registers hold at first, null unless told otherwise; the sum of a bank's balances. */
  initial?: Value | bigint;
  /** What a compare-and-set that failed without an `error` says: nothing, unless told otherwise, or a mismatch. */
  failedCas?: FailedCas;
}

export interface CheckResult {
  verdict: 'ok' | 'illegal' | 'unknown';
  model: string;
  /** What decided it: `zones (Gibbons and Korach)`, ... */
  algorithm: string;
  operations: number;
  keys: number;
  /** What the model counted or measured. */
  figures: Readonly<Record<string, number>>;
  /** Why the first of `failing` is illegal or unknown; empty where it holds. */
  reason: string;
  /** That of the first of `failing`. */
  counterexample: Counterexample | null;
  /** What the verdict hangs on, or others would read otherwise. */
  notes: string[];
  /** Every key that does not hold or was not decided: the one with the smallest counterexample first. */
  failing: KeyVerdict[];
  /** All of it for a person, in several lines. */
  text: string;
}
