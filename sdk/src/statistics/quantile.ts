import { select } from './selection.ts';

/*
 * Definition 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50 (1996): of n
 * sorted values the quantile p lies at position (n - 1) p, and between two values it is interpolated. R, NumPy, pandas
 * and spreadsheets have it as their default; the median is the usual one.
 */

/** A quantile of `values[from, to)`, which it reorders; NaN of none. There must be no NaN among them. */
export function takeQuantile(values: Float64Array, share: number, from = 0, to = values.length): number {
  if (to <= from) return Number.NaN;
  const position = (to - from - 1) * share;
  const lower = from + Math.floor(position);
  select(values, lower, from, to);
  const below = values[lower] ?? 0;
  const rest = position - Math.floor(position);
  if (rest === 0) return below;
  let above = Number.POSITIVE_INFINITY;
  for (let at = lower + 1; at < to; at++) {
    const value = values[at] ?? 0;
    if (value < above) above = value;
  }
  return below + rest * (above - below);
}

/** A quantile of sorted values; NaN of none. */
export function sortedQuantile(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const lower = Math.floor(position);
  const below = sorted[lower] ?? Number.NaN;
  const above = sorted[lower + 1] ?? below;
  return below + (position - lower) * (above - below);
}
