/** A checker of what every run must show: a pure function from a history to findings. It never sees a runtime. */
import type { Drill } from '../drill/schema.js';
import type { History } from '../history/history.js';
import type { Finding } from './verdict.js';

export interface Checker {
  readonly name: string;
  check(history: History, drill: Drill): Finding[];
}
