/** Any of Toxiproxy's toxics on chosen links. */
import * as z from 'zod';
import { checkLink } from '../drill/check-names.js';
import type { StepPlace } from '../drill/parts.js';
import { type Problem, quoted } from '../drill/problem.js';
import { forDuration, label, link } from '../drill/step-keys.js';
import { didYouMean, listed } from '../drill/suggest.js';
import { percent } from '../drill/units.js';
import { InternalError } from '../errors.js';
import { describeShare } from '../runtime/handicap.js';
import type { ToxicChange } from '../runtime/world-links.js';
import { resolveText } from '../topology/partition.js';
import { parseLinkSelector } from '../topology/selector.js';
import { type Aim, defineFault } from './fault.js';
import { injectToxics, shapingNeeds } from './shaping.js';

/** Toxiproxy's toxics and the attributes of each: milliseconds, KB/s and bytes, slicer's delay microseconds. */
const TOXIC_ATTRIBUTES = {
  latency: ['latency', 'jitter'],
  bandwidth: ['rate'],
  slow_close: ['delay'],
  timeout: ['timeout'],
  reset_peer: ['timeout'],
  slicer: ['average_size', 'size_variation', 'delay'],
  limit_data: ['bytes'],
  noop: [],
} as const satisfies Record<string, readonly string[]>;
type ToxicType = keyof typeof TOXIC_ATTRIBUTES;

const schema = z.strictObject({
  link,
  type: z.enum(Object.keys(TOXIC_ATTRIBUTES) as ToxicType[]),
  stream: z.enum(['upstream', 'downstream']).optional(),
  toxicity: percent.optional().meta({
    description:
      'the share of connections that it is for (default 100%): each draws once, and keeps what it drew for as long as it is open',
  }),
  attributes: z
    .record(z.string(), z.int().min(0))
    .optional()
    .meta({ description: "the toxic's attributes, in Toxiproxy's own names and units" }),
  as: label,
  for: forDuration,
});

interface ToxicAim extends Aim {
  toxics: ToxicChange[];
}

export const toxic = defineFault({
  name: 'toxic',
  schema,
  needs: ({ link }) => {
    const { from = '', to = '' } = parseLinkSelector(link) ?? {};
    return shapingNeeds([from, to]);
  },
  check,

  aim(
    { link, type, stream = 'downstream', toxicity = 1, attributes = {} },
    { topology, random, links },
  ): ToxicAim {
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
});

function check(
  { link, type, attributes = {} }: z.output<typeof schema>,
  { path, names }: StepPlace,
): Problem[] {
  const problems = checkLink(link, [...path, 'link'], names);
  const known: readonly string[] = TOXIC_ATTRIBUTES[type];
  for (const name of Object.keys(attributes)) {
    if (known.includes(name)) continue;
    const todo = didYouMean(name, known);
    problems.push({
      path: [...path, 'attributes', name],
      on: 'key',
      message: `unknown attribute ${quoted(name)} of the toxic \`${type}\``,
      ...(todo ? { todo } : { expected: known.length > 0 ? listed(known) : 'no attributes' }),
    });
  }
  return problems;
}
