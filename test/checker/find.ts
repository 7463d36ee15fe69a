/** The finding on one expectation, as the judge gives it. */

import type { Finding } from '../../src/checker/verdict.js';
import type { History } from '../../src/history/history.js';
import { judge } from '../built-in.js';

export function find(history: History, expectation: string): Finding {
  const finding = judge(history).findings.find((one) => one.expectation === expectation);
  if (finding === undefined) throw new Error(`no finding on ${expectation}`);
  return finding;
}
