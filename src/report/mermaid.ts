/**
 * What followed upon the faults of a run, as a timeline that Mermaid draws (GitHub and GitLab do so in Markdown).
 *
 *     timeline
 *       title split-brain
 *       section fault-1
 *         3010.0 ms : a cut off from everyone (drop)
 *         +643.1 ms : declared
 */
import type { Verdict } from '../checker/verdict.js';
import { chainOf } from './chain.js';
import { milliseconds } from './figures.js';
import { oneLine, shortened } from './text.js';

const MOST_FAULTS = 5;
const MOST_CHARACTERS = 200;

/** Undefined where no fault was seen to take effect. */
export function mermaidTimeline({ drill, timings }: Verdict): string | undefined {
  const faults = timings.faults.filter(({ at_ms }) => at_ms !== null).slice(0, MOST_FAULTS);
  if (faults.length === 0) return undefined;
  const sections = faults.flatMap((fault) => [
    `  section ${mermaidText(fault.fault)}`,
    `    ${milliseconds(fault.at_ms ?? 0)} : ${mermaidText(fault.text)}`,
    ...chainOf(fault).map(({ name, ms }) => `    +${milliseconds(ms)} : ${mermaidText(name)}`),
  ]);
  const { failback_ms } = timings;
  const back =
    failback_ms === null ? [] : ['  section failback', `    +${milliseconds(failback_ms)} : first write`];
  return ['timeline', `  title ${mermaidText(drill)}`, ...sections, ...back].join('\n');
}

/** Text in which nothing is Mermaid's own: its signs, and those of HTML, as its numbered entities. */
function mermaidText(text: string): string {
  const plain = shortened(oneLine(text), MOST_CHARACTERS);
  return plain.replace(/[^\p{L}\p{N} .,()=+_/-]/gu, (sign) => `#${sign.codePointAt(0)};`) || '-';
}
