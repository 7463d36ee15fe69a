/** The exit code of each verdict. */
import type { Judgement } from '../checker/verdict.js';

export const EXIT_OF: Readonly<Record<Judgement, number>> = { pass: 0, fail: 1, inconclusive: 3 };
