/** Toxics on links: shared by the faults that shape links rather than cut them. */
import type { ToxicChange } from '../runtime/world-links.js';
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
