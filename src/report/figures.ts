/**
 * The figures of a verdict as rows: what was expected, what was measured. First every finding, then each
 * timing that was measured though the drill set no bound to it.
 */
import type { Finding, Judgement, Verdict } from '../checker/verdict.js';
import { oneLine } from './text.js';

const FAULT_TIMINGS = ['detect', 'boot', 'init', 'failover', 'recover', 'outage'] as const;
const RUN_TIMINGS = ['failback', 'failback_outage', 'resync'] as const;
const TIMINGS = [...FAULT_TIMINGS, ...RUN_TIMINGS] as const;
export type TimingName = (typeof TIMINGS)[number];

/** A timing of the whole run, the worst over its faults; null where there is none. Milliseconds. */
export function timingOf(verdict: Verdict, name: TimingName): number | null {
  const { timings } = verdict;
  if (name === 'failback' || name === 'failback_outage' || name === 'resync') return timings[`${name}_ms`];
  const measured = timings.faults.map((fault) => fault[`${name}_ms`]).filter((ms) => ms !== null);
  return measured.length === 0 ? null : Math.max(...measured);
}

export function isTiming(name: string): name is TimingName {
  return TIMINGS.some((timing) => timing === name);
}

/** `508.3 ms` */
export function milliseconds(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}

/** `14.2 s` */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** The middle one of the values, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[sorted.length / 2 - 1] ?? Number.NaN) + upper) / 2;
}

export interface FigureRow {
  figure: string;
  /** The bound as the drill file has it; empty where the drill sets none. */
  bound: string;
  measured: string;
  /** Undefined for a figure without a bound. */
  verdict: Judgement | undefined;
}

/** The timings that were measured and that no finding speaks of, in the order of `TIMINGS`. */
export function unboundTimings(verdict: Verdict): TimingName[] {
  return TIMINGS.filter((name) => {
    const ms = timingOf(verdict, name);
    if (ms === null || (ms === 0 && (name === 'boot' || name === 'init'))) return false;
    return !verdict.findings.some(({ expectation }) => new RegExp(`^${name}(?!\\w)`).test(expectation));
  });
}

export function figureRows(verdict: Verdict): FigureRow[] {
  const bound = verdict.findings.map((finding: Finding) => ({
    figure: oneLine(finding.expectation),
    bound: oneLine(finding.expected),
    measured: oneLine(finding.actual),
    verdict: finding.verdict,
  }));
  const unbound = unboundTimings(verdict).map((name) => ({
    figure: name,
    bound: '',
    measured: milliseconds(timingOf(verdict, name) ?? Number.NaN),
    verdict: undefined,
  }));
  return [...bound, ...unbound];
}

/** Every figure of a verdict by a flat name, for the properties of a JUnit suite; those that are null are left out. */
export function flatFigures(verdict: Verdict): { name: string; value: string }[] {
  const found: { name: string; value: string }[] = [];
  const add = (name: string, value: number | null) => {
    if (value !== null) found.push({ name, value: String(value) });
  };
  for (const fault of verdict.timings.faults) {
    for (const name of FAULT_TIMINGS) add(`${fault.fault}.${name}_ms`, fault[`${name}_ms`]);
    for (const { part, ms } of fault.failover_parts) add(`${fault.fault}.failover.${part}_ms`, ms);
    for (const name of ['injection_ms', 'asked_ms', 'lasted_ms'] as const)
      add(`${fault.fault}.${name}`, fault[name]);
    for (const [name, value] of Object.entries(fault.impact ?? {}))
      add(`${fault.fault}.impact.${name}`, value);
  }
  add('worst_stall_ms', verdict.worst_stall_ms);
  for (const name of RUN_TIMINGS) add(`${name}_ms`, verdict.timings[`${name}_ms`]);
  const { double_primary_levels, ...counts } = verdict.counts;
  for (const [name, value] of Object.entries(counts)) add(name, value);
  for (const [level, value] of Object.entries(double_primary_levels)) add(`double_primary_${level}`, value);
  for (const [group, figures] of Object.entries(verdict.groups)) {
    const { latency_ms, ...rest } = figures;
    for (const [name, value] of Object.entries(rest)) add(`${group}.${name}`, value);
    for (const [name, value] of Object.entries(latency_ms ?? {})) add(`${group}.latency_${name}_ms`, value);
  }
  return found;
}
