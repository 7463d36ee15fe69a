/** What every run must show, asked for or not. */
import type { Checker } from './checker.js';
import { carriedOutChecker, historyCompleteChecker, nothingLeftChecker } from './integrity.js';
import { witnessChecker } from './witness.js';

export const EVERY_RUN: readonly Checker[] = [
  witnessChecker,
  historyCompleteChecker,
  carriedOutChecker,
  nothingLeftChecker,
];
