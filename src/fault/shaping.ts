/** Toxics on links: shared by the faults that shape links rather than cut them. */
import type { Capability } from '../drill/parts.js';
import { SHAPING } from '../runtime/runtime.js';
import type { ToxicChange } from '../runtime/world-links.js';
import { kindOf } from '../topology/links.js';
import { parseSelector } from '../topology/selector.js';
import type { Effects, Injection } from './fault.js';

/** Puts the toxics on their links. */
export async function injectToxics(
  fault: string,
  toxics: readonly ToxicChange[],
  { links }: Pick<Effects, 'links'>,
): Promise<Injection> {
  const changed = { toxics };
  const open = [...new Set(toxics.map(({ link }) => link))];
  return {
    span: await links.apply(fault, changed),
    witness: (until) => links.look(fault, { changed }, until),
    still: () => links.look(fault, { changed }, 'glance'),
    async heal(_only, until) {
      const healed = await links.heal(fault);
      return { ...(await links.look(fault, { open }, until)), ...healed };
    },
  };
}

/**
 * What shaping the links between two sides needs of a runtime, or those of the sides that a link has. The links of clients
 * and of the power device have proxies wherever there are links.
 */
export function shapingNeeds(sides: readonly string[]): Capability[] {
  return sides.some(isProxied) ? ['links'] : ['links', SHAPING];
}

/** Whether a selector stands for a group of clients or the power device. */
export function isProxied(text: string): boolean {
  const selector = parseSelector(text);
  return selector.kind === 'name' && ['client', 'power'].includes(kindOf(selector.name));
}
