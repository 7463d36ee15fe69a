/** Which checker judges which expectation: an explicit map, so that a new expectation cannot go unjudged. */
import type { ExpectationName } from '../drill/expectations.js';
import { availabilityChecker } from './availability.js';
import { budgetChecker } from './budget.js';
import type { Checker } from './checker.js';
import { doublePrimariesChecker } from './double-primaries.js';
import { failbackChecker } from './failback.js';
import { failoversChecker } from './failovers.js';
import { carriedOutChecker, historyCompleteChecker, nothingLeftChecker } from './integrity.js';
import { linearizabilityChecker } from './linearizability.js';
import { lostWritesChecker } from './lost-writes.js';
import { phantomWritesChecker } from './phantom-writes.js';
import { recoveryTimesChecker } from './recovery-times.js';
import { staleReadsChecker } from './stale-reads.js';
import { witnessChecker } from './witness.js';

export const CHECKERS: Readonly<Record<ExpectationName, Checker>> = {
  detect: recoveryTimesChecker,
  boot: recoveryTimesChecker,
  init: recoveryTimesChecker,
  failover: recoveryTimesChecker,
  recover: recoveryTimesChecker,
  outage: availabilityChecker,
  availability: availabilityChecker,
  double_primaries: doublePrimariesChecker,
  lost_writes: lostWritesChecker,
  phantom_writes: phantomWritesChecker,
  stale_reads: staleReadsChecker,
  linearizable: linearizabilityChecker,
  failovers: failoversChecker,
  failback: failbackChecker,
  failback_outage: availabilityChecker,
  resync: failbackChecker,
  budget: budgetChecker,
};

/** What every run must show, asked for or not. */
export const ALWAYS: readonly Checker[] = [
  witnessChecker,
  historyCompleteChecker,
  carriedOutChecker,
  nothingLeftChecker,
];
