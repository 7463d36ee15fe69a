/** What the figures of several rounds come to. */

/** The least value that this share of them does not exceed. */
export function quantile(values, share) {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

export const median = (values) => quantile(values, 0.5);

/** In milliseconds, as one line. */
export function distribution(values) {
  const [half, most, worst] = [0.5, 0.95, 1].map((share) => quantile(values, share).toFixed(1));
  return `p50 ${half}  p95 ${most}  max ${worst} ms`;
}
