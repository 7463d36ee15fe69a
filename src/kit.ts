/** What plug-ins are made with: handed to them, so that they need no package beside the `drill` that loads them. */
import * as z from 'zod';
import { defineExpectation } from './checker/expectation.js';
import { countFinding, durationFinding } from './checker/finding.js';
import { becomes, sleep } from './clock.js';
import { checkSelector } from './drill/check-names.js';
import { checkTarget } from './drill/check-target.js';
import { forDuration, label, selector } from './drill/step-keys.js';
import * as units from './drill/units.js';
import { EnvironmentError, UsageError } from './errors.js';
import { defineFault } from './fault/fault.js';
import { hardship, ON_NODES } from './fault/hardship.js';
import { kill } from './fault/kill.js';
import { partition } from './fault/partition.js';
import { pause } from './fault/pause.js';
import { defineScenario } from './fault/scenario.js';
import { injectToxics, shapingNeeds } from './fault/shaping.js';
import { eventsOf } from './history/by-type.js';
import { operationsOf } from './history/operations.js';
import { integer, pick } from './random.js';
import { spanOf } from './span.js';
import { defineSystem } from './system/system.js';
import { resolveText } from './topology/partition.js';
import { witnessEach } from './witness.js';

export const KIT = {
  z,
  /** Durations, rates, shares and sizes as drill files write them. */
  units,
  /** Keys that steps of many kinds have. */
  keys: { selector, label, for: forDuration },
  checkSelector,
  checkTarget,
  /** What a fault needs that shapes the links between these. */
  shapingNeeds,
  /** The names that a selector stands for now. */
  resolve: resolveText,
  defineExpectation,
  defineFault,
  defineScenario,
  defineSystem,
  hardship,
  ON_NODES,
  /** What of a history was asked for and came of it, and its events of one type. */
  operationsOf,
  eventsOf,
  countFinding,
  durationFinding,
  injectToxics,
  becomes,
  spanOf,
  witnessEach,
  sleep,
  /** Draws from a source of randomness, which a seed governs. */
  integer,
  pick,
  /** Faults that scenarios inject. */
  faults: { kill, pause, partition },
  EnvironmentError,
  UsageError,
};
export type Kit = typeof KIT;
