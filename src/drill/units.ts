/**
 * The quantities of the drill language and their two forms: text with a unit in the file (`500ms`, `200/s`,
 * `70%`, `<= 2s`), plain numbers in the program (milliseconds, per second, a ratio from 0 to 1). Each is a
 * codec, so that a drill as resolved can be written back as a drill file.
 */
import * as z from 'zod';

const MILLISECONDS = { us: 1e-3, ms: 1, s: 1e3, m: 60e3, h: 3600e3 } as const;
const DURATION = /^(\d+(?:\.\d+)?)(us|ms|s|m|h)$/;
const RATE = /^(\d+(?:\.\d+)?)\/(s|m)$/;
const BYTES = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const;
const SIZE = /^(\d{1,12})([bkmg])$/;
const BYTE_RATE = /^\d{1,12}[bkmg]\/s$/;
const SKEW = /^[+-]\d+(?:\.\d+)?(?:us|ms|s|m|h)$/;
/** A terabyte: nobody means more. */
const MOST_BYTES = 1024 ** 4;
const PERCENT = /^(\d+(?:\.\d+)?)%$/;

const HOUR = MILLISECONDS.h;
/** No timer runs longer; what a figure is counted over may be longer. */
const LONGEST = 7 * 24 * HOUR;
const LONGEST_PERIOD = 10 * 365 * 24 * HOUR;

/** A text of a fixed form. The error is the "expected ..." phrase, whatever was found in its place. */
export function phrase(pattern: RegExp, expected: string) {
  return z.string({ error: expected }).regex(pattern, { error: expected });
}

/** What is wrong with a value, in a check of its schema. */
export function refuse(
  context: { value: unknown; issues: z.core.$ZodRawIssue[] },
  expected: string,
  params: { found: string; todo?: string },
): void {
  context.issues.push({ code: 'custom', input: context.value, message: expected, params });
}

/** A codec from the several forms that may be written to the one that the program sees, which may be written as it is. */
export function fullForm<Input extends z.ZodType, Full extends z.ZodType>(
  input: Input,
  full: Full,
  decode: (value: z.output<Input>) => unknown,
) {
  return z.codec(input, full, {
    decode: (value) => decode(value) as z.input<Full>,
    encode: (value) => value as never,
  });
}

/** Milliseconds of a text such as `1.5s`, or undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (!match) return undefined;
  return round(Number(match[1]) * MILLISECONDS[match[2] as keyof typeof MILLISECONDS]);
}

/** The shortest exact text of a duration in milliseconds. */
export function formatDuration(ms: number): string {
  for (const unit of ['h', 'm', 's', 'ms'] as const) {
    const value = ms / MILLISECONDS[unit];
    if (Number.isInteger(value) && (value !== 0 || unit === 'ms')) return `${value}${unit}`;
  }
  return `${round(ms * 1e3)}us`;
}

const A_DURATION = 'a duration with a unit, for example 500ms or 2s';

function durationIn(least: number, most: number) {
  return z.codec(
    phrase(DURATION, A_DURATION),
    z
      .number()
      .min(least, { error: `a duration of at least ${formatDuration(least)}` })
      .max(most, { error: `a duration of at most ${formatDuration(most)}` }),
    { decode: (text) => parseDuration(text) ?? Number.NaN, encode: formatDuration },
  );
}

/** A duration with its unit; milliseconds in the program. */
export const duration = durationIn(0, LONGEST);
/** How often something happens, or how long something may take: never nothing. */
export const interval = durationIn(1, LONGEST);
/** What a figure is counted over: a day, a year. */
export const period = durationIn(1, LONGEST_PERIOD);

/** A rate such as `200/s`; per second in the program. */
export const rate = z.codec(
  phrase(RATE, 'a rate per second or minute, for example 200/s'),
  z
    .number()
    .min(1 / 60, { error: 'a rate of at least 1/m' })
    .max(100_000, { error: 'a rate of at most 100000/s' }),
  {
    decode: (text) => {
      const match = RATE.exec(text);
      return match ? Number(match[1]) / (match[2] === 'm' ? 60 : 1) : Number.NaN;
    },
    encode: (perSecond) => (perSecond === round(perSecond) ? `${perSecond}/s` : `${round(perSecond * 60)}/m`),
  },
);

function percentFrom(least: number) {
  return z.codec(
    phrase(PERCENT, 'a percentage, for example 70%'),
    z
      .number()
      .min(least, { error: `a percentage of at least ${round(least * 100)}%` })
      .max(1, { error: 'a percentage of at most 100%' }),
    { decode: (text) => round(Number.parseFloat(text) / 100), encode: (ratio) => `${round(ratio * 100)}%` },
  );
}

/** A share such as `70%`; a ratio from 0 to 1 in the program. */
export const percent = percentFrom(0);
/** A share of a processor: never nothing, and no less than kernels can give. */
export const share = percentFrom(0.01);

/** Bytes of a text such as `64m`, or undefined where it is none. */
export function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text);
  return match ? Number(match[1]) * BYTES[match[2] as keyof typeof BYTES] : undefined;
}

/** The shortest exact text of a size in bytes. */
export function formatSize(bytes: number): string {
  for (const unit of ['g', 'm', 'k'] as const) {
    if (bytes !== 0 && bytes % BYTES[unit] === 0) return `${bytes / BYTES[unit]}${unit}`;
  }
  return `${bytes}b`;
}

/** A size such as `64m`, of at least `least`; bytes in the program. */
export function size(least: string) {
  return z.codec(
    phrase(SIZE, 'a size with a unit: b, k, m or g, for example 64m'),
    z
      .number()
      .min(parseSize(least) ?? 0, { error: `a size of at least ${least}` })
      .max(MOST_BYTES, { error: `a size of at most ${formatSize(MOST_BYTES)}` }),
    { decode: (text) => parseSize(text) ?? Number.NaN, encode: formatSize },
  );
}

/** How much passes in a second, such as `1m/s`; bytes in the program. */
export const byteRate = z.codec(
  phrase(BYTE_RATE, 'a size per second, for example 1m/s'),
  z
    .number()
    .min(4096, { error: 'at least 4k/s' })
    .max(MOST_BYTES, { error: `at most ${formatSize(MOST_BYTES)}/s` }),
  {
    decode: (text) => parseSize(text.replace('/s', '')) ?? Number.NaN,
    encode: (bytes) => `${formatSize(bytes)}/s`,
  },
);

/** How many operations pass in a second, such as `20/s`. */
export const operationRate = z.codec(
  phrase(/^\d{1,9}\/s$/, 'a whole number per second, for example 20/s'),
  z.int().min(1, { error: 'at least 1/s' }),
  { decode: (text) => Number.parseInt(text, 10), encode: (count) => `${count}/s` },
);

/** How far a clock is from the right time, such as `+5m` or `-30s`; milliseconds in the program. */
export const skew = z.codec(
  phrase(SKEW, 'a skew with a sign and a unit, for example +5m or -30s'),
  z
    .number()
    .min(-LONGEST_PERIOD, { error: 'a skew of at most ten years' })
    .max(LONGEST_PERIOD, { error: 'a skew of at most ten years' })
    .refine((ms) => ms !== 0, { error: 'a skew that is not nothing' }),
  {
    decode: (text) => (text.startsWith('-') ? -1 : 1) * (parseDuration(text.slice(1)) ?? Number.NaN),
    encode: formatSkew,
  },
);

export function formatSkew(ms: number): string {
  return `${ms < 0 ? '-' : '+'}${formatDuration(Math.abs(ms))}`;
}

const HOLDS = {
  '<=': (figure: number, limit: number) => figure <= limit,
  '<': (figure: number, limit: number) => figure < limit,
  '>=': (figure: number, limit: number) => figure >= limit,
  '>': (figure: number, limit: number) => figure > limit,
  '==': (figure: number, limit: number) => figure === limit,
};
type Operator = keyof typeof HOLDS;

/** A limit on a figure: `<= 2s`, `> 0`, `>= 99%`; a figure without an operator is an exact one. */
export interface Bound {
  operator: Operator;
  /** Milliseconds, a ratio or a count, as `unit` says. */
  value: number;
  unit: 'ms' | 'ratio' | 'count';
}

/** None at all. */
export const NONE: Bound = { operator: '==', value: 0, unit: 'count' };

/** Whether a bound says how much there may be at most. */
export function isUpper({ operator }: Bound): boolean {
  return operator === '<=' || operator === '<' || operator === '==';
}

/** Whether a measured figure keeps within a bound. */
export function holds(bound: Bound, figure: number): boolean {
  return HOLDS[bound.operator](figure, bound.value);
}

/** The text of a bound as a drill file has it. */
export function formatBound(bound: Bound): string {
  const figure =
    bound.unit === 'ms'
      ? formatDuration(bound.value)
      : bound.unit === 'ratio'
        ? `${round(bound.value * 100)}%`
        : `${bound.value}`;
  return bound.operator === '==' ? figure : `${bound.operator} ${figure}`;
}

const boundOut = z.object({
  operator: z.enum(Object.keys(HOLDS) as Operator[]),
  value: z.number().max(LONGEST_PERIOD, { error: 'a limit of at most ten years' }),
  unit: z.enum(['ms', 'ratio', 'count']),
});

function boundText(figure: string, error: string) {
  return phrase(new RegExp(`^(?:(<=|<|>=|>|==)\\s*)?(${figure})$`), error);
}

function parseBound(text: string, unit: Bound['unit'], value: (text: string) => number | undefined): Bound {
  const [, operator = '==', figure = ''] = /^([<>=]*)?\s*(.*)$/.exec(text) ?? [];
  return { operator: (operator || '==') as Operator, value: value(figure) ?? Number.NaN, unit };
}

/** A limit on a duration: `<= 2s`. */
export const durationBound = z.codec(
  boundText('\\d+(?:\\.\\d+)?(?:us|ms|s|m|h)', 'a limit with a unit, for example <= 2s'),
  boundOut,
  { decode: (text) => parseBound(text, 'ms', parseDuration), encode: formatBound },
);

const parsePercent = (text: string) => round(Number.parseFloat(text) / 100);

/** A limit on a share: `>= 99%`. */
export const ratioBound = z.codec(
  boundText('\\d+(?:\\.\\d+)?%', 'a limit in percent, for example ">= 99%"'),
  boundOut,
  { decode: (text) => parseBound(text, 'ratio', parsePercent), encode: formatBound },
);

const A_COUNT = 'a count or a limit on it, for example 0 or ">= 1"';

/** A limit on a count: `0`, `">= 1"`. */
export const countBound = z.codec(
  z.union([z.int().min(0).max(999_999_999), boundText('\\d{1,9}', A_COUNT)], { error: A_COUNT }),
  boundOut,
  {
    decode: (value) => parseBound(String(value), 'count', Number),
    encode: (value) => (value.operator === '==' ? value.value : formatBound(value)),
  },
);

/** Rid of the noise of binary fractions, far below a microsecond. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
