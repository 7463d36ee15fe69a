/** Milliseconds, as figures and in messages; histories count in nanoseconds. */
import type { Nanoseconds } from '../history/event.js';

/** A figure in milliseconds, rounded to microseconds. */
export function toMs(ns: Nanoseconds): number {
  return Math.round(ns / 1e3) / 1e3;
}

/** `412.5 ms`, for a duration. */
export function durationText(ns: Nanoseconds): string {
  return figureText(ns / 1e6);
}

/** `412.5 ms`, for a figure that is in milliseconds already. */
export function figureText(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}

/** `at 2413.0 ms`, for an instant: since the run began. */
export function instantText(ns: Nanoseconds): string {
  return Number.isFinite(ns) ? `at ${figureText(ns / 1e6)}` : 'never';
}
