/** The interface of a checker: a pure function from a history to findings. It never sees a runtime. */
import type { Drill } from '../drill/schema.js';
import type { History } from '../history/history.js';
import type { Finding } from './verdict.js';

export interface Checker {
  readonly name: string;
  /** The findings for what `drill.expect` asks of this checker (none where it asks nothing). */
  check(history: History, drill: Drill): Finding[];
}
