/** Any of Toxiproxy's toxics on chosen links. */
import type { StepOptions } from '../drill/steps.js';
import { InternalError } from '../errors.js';
import type { ToxicChange } from '../link/links.js';
import { describeShare } from '../runtime/handicap.js';
import { resolveText } from '../topology/partition.js';
import { parseLinkSelector } from '../topology/selector.js';
import type { Aim, Fault } from './fault.js';
import { injectToxics } from './shaping.js';

interface ToxicAim extends Aim {
  toxics: ToxicChange[];
}

export const toxic: Fault<StepOptions<'toxic'>, ToxicAim> = {
  needs: ['links'],

  aim({ link, type, stream = 'downstream', toxicity = 1, attributes = {} }, { topology, random, links }) {
    const sides = parseLinkSelector(link);
    if (!sides) throw new InternalError({ expected: 'links that were checked', found: `"${link}"` });
    const from = resolveText(sides.from, topology, random);
    const to = resolveText(sides.to, topology, random);
    const chosen = links
      .filter((one) => from.includes(one.from) && to.includes(one.to))
      .map(({ name }) => name);
    const share = toxicity === 1 ? '' : `, for ${describeShare(toxicity)} of the connections`;
    const values = Object.entries(attributes).map(([name, value]) => `${name} ${value}`);
    return {
      targets: [...new Set([...from, ...to])],
      text: `${[type, ...values].join(' ')} on the ${stream} of ${chosen.join(', ') || 'no link'}${share}`,
      toxics: chosen.map((name) => ({ link: name, stream, type, toxicity, attributes })),
    };
  },

  inject: (fault, { toxics }, effects) => injectToxics(fault, toxics, effects),
};
