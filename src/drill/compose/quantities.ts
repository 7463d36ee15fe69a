/** Compose's durations and sizes in the drill language's own form. */

const PART = /(\d+(?:\.\d+)?)(h|ms|us|m|s)/g;
const MILLISECONDS: Readonly<Record<string, number>> = { us: 1e-3, ms: 1, s: 1e3, m: 60e3, h: 3600e3 };

/** `1m30s` in milliseconds; undefined where it is no duration. */
export function durationOf(text: unknown): number | undefined {
  const whole = String(text);
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|us|m|s))+$/.test(whole)) return undefined;
  return [...whole.matchAll(PART)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (MILLISECONDS[unit ?? ''] ?? 0),
    0,
  );
}

/** `512MB`, `1.5g` or a number of bytes, as `512m`; undefined where it is no size. */
export function sizeText(size: unknown): string | undefined {
  const [, count, unit = 'b'] = /^(\d+(?:\.\d+)?)\s*([bkmg])?b?$/i.exec(String(size)) ?? [];
  if (count === undefined) return undefined;
  const letter = unit.toLowerCase();
  if (!count.includes('.')) return `${count}${letter}`;
  return `${Math.round(Number(count) * 1024 ** 'bkmg'.indexOf(letter))}b`;
}
