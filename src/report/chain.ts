/**
 * What followed upon each fault, as instants since it was in force: declared, the parts of the failover, recovered.
 *
 *     a killed (SIGKILL) at 3010.0 ms > declared +643.1 ms > fenced +646.8 ms > ... > recovered +681.8 ms
 */
import type { FaultTimings, Verdict } from '../checker/verdict.js';
import { milliseconds } from './figures.js';
import { glued, oneLine } from './text.js';

export interface Instant {
  name: string;
  /** Milliseconds since the fault was in force. */
  ms: number;
}

/** The instants in their order; none for a fault that was not seen to take effect. */
export function chainOf({ detect_ms, failover_parts, recover_ms }: FaultTimings): Instant[] {
  const chain: Instant[] = detect_ms === null ? [] : [{ name: 'declared', ms: detect_ms }];
  let ms = detect_ms ?? 0;
  for (const { part, ms: took } of failover_parts) {
    ms += took;
    chain.push({ name: part, ms: Math.round(ms * 1000) / 1000 });
  }
  if (recover_ms) chain.push({ name: 'recovered', ms: recover_ms });
  return chain.sort((one, other) => one.ms - other.ms);
}

/** Beginnings of what is told by its end, too. */
const BEGINNINGS: readonly string[] = ['fencing', 'starting', 'sealed', 'promoting'];

/** A text for each fault, and one for the failback; an instant holds together where the text is wrapped. */
export function chainTexts({ timings }: Verdict): string[] {
  const { failback_ms, failback_outage_ms } = timings;
  const faults = timings.faults.map((fault) => {
    const begun =
      fault.at_ms === null ? 'was not seen to take effect' : glued(`at ${milliseconds(fault.at_ms)}`);
    const instants = chainOf(fault)
      .filter(({ name }) => !BEGINNINGS.includes(name))
      .map(({ name, ms }) => glued(`> ${name} +${milliseconds(ms)}`));
    const outage = fault.recover_ms === 0 ? ['(no outage)'] : [];
    return [oneLine(fault.text), begun, ...instants, ...outage].join(' ');
  });
  if (failback_ms === null) return faults;
  const outage =
    failback_outage_ms === null ? '' : ` ${glued(`(outage ${milliseconds(failback_outage_ms)})`)}`;
  return [...faults, `failed back in ${glued(milliseconds(failback_ms))}${outage}`];
}
