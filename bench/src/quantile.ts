/** The smallest value that at least `share` of all values do not exceed; NaN of none. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Counts per step of 2 %, from a microsecond to a quarter of an hour: constant memory for any number of values. */
export interface Histogram {
  add: (milliseconds: number) => void;
  counts: Uint32Array;
}

const base = Math.log(1.02);
const steps = 1050;

export const createHistogram = (): Histogram => {
  const counts = new Uint32Array(steps);
  return {
    add: (milliseconds) => {
      const step = Math.round(Math.log(Math.max(milliseconds * 1000, 1)) / base);
      const index = Math.min(step, steps - 1);
      counts[index] = (counts[index] as number) + 1;
    },
    counts,
  };
};

/** A quantile in milliseconds, right to 1 %; NaN of no values. */
export const histogramQuantile = (counts: readonly number[], share: number): number => {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const [step, count] of counts.entries()) {
    seen += count;
    if (count > 0 && seen >= share * total) return Math.exp(step * base) / 1000;
  }
  return Number.NaN;
};
