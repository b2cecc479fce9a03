import { takeQuantile } from './quantile.ts';

/** What a sample is like. Of no values all but `n` is NaN; of a single one only the deviation is. */
export interface SampleSummary {
  /** How many values there are; those that were not recorded do not count. */
  readonly n: number;
  readonly min: number;
  readonly median: number;
  /** The value that 95 % do not exceed. */
  readonly p95: number;
  readonly max: number;
  readonly mean: number;
  /** The standard deviation, with n - 1 as its divisor. */
  readonly sd: number;
}

const NOTHING: SampleSummary = {
  n: 0,
  min: Number.NaN,
  median: Number.NaN,
  p95: Number.NaN,
  max: Number.NaN,
  mean: Number.NaN,
  sd: Number.NaN,
};

/** What `values[from, to)` are like, which it reorders. There must be no NaN among them. */
export function summarizeRange(values: Float64Array, from: number, to: number): SampleSummary {
  const n = to - from;
  if (n <= 0) return NOTHING;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let at = from; at < to; at++) {
    const value = values[at] ?? 0;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const mean = sum / n;
  // Two passes, and what rounding left over is taken out again: Chan, Golub and LeVeque, "Algorithms for Computing the
  // Sample Variance", The American Statistician 37 (1983). One pass loses all digits where the mean is large.
  let squares = 0;
  let left = 0;
  for (let at = from; at < to; at++) {
    const distance = (values[at] ?? 0) - mean;
    squares += distance * distance;
    left += distance;
  }
  const variance = n === 1 ? Number.NaN : Math.max(squares - (left * left) / n, 0) / (n - 1);
  return {
    n,
    min,
    // In this order: the larger quantile leaves the smaller values in front, among which the other one is found sooner.
    p95: takeQuantile(values, 0.95, from, to),
    median: takeQuantile(values, 0.5, from, to),
    max,
    mean,
    sd: Math.sqrt(variance),
  };
}

/** What numbers are like; those that are NaN were not recorded and do not count. */
export function summarizeValues(values: Iterable<number>): SampleSummary {
  const recorded = Float64Array.from(values).filter((value) => !Number.isNaN(value));
  return summarizeRange(recorded, 0, recorded.length);
}
