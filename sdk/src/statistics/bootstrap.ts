import { takeQuantile } from './quantile.ts';
import { createRandom } from './random.ts';

export interface BootstrapOptions {
  /** The share of intervals that hold the true value; 0.95 unless told. */
  confidence?: number | undefined;
  /** How often is drawn again; 2,000 unless told. */
  resamples?: number | undefined;
  /** Where the random numbers start; 1 unless told. The same seed gives the same intervals. */
  seed?: number | undefined;
}

/** From and up to where a value may lie. Both are NaN where that cannot be told. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How the medians of two samples differ. */
export interface MedianIntervals {
  /** The median of the second sample minus that of the first. */
  readonly difference: Interval;
  /** The median of the second sample divided by that of the first. */
  readonly ratio: Interval;
}

export const UNKNOWN: Interval = { low: Number.NaN, high: Number.NaN };

/** The positions, in a sorted sample, of the two values between which the median of each resample lies. */
interface MedianDraws {
  readonly lower: Uint32Array;
  readonly upper: Uint32Array;
}

function drawMedians(n: number, resamples: number, random: () => number): MedianDraws {
  const draws = { lower: new Uint32Array(resamples), upper: new Uint32Array(resamples) };
  const drawn = new Uint32Array(n);
  // How many values of the resample there are up to each of its two middle ones, which are the same of an odd number.
  const toLower = Math.floor((n + 1) / 2);
  const toUpper = Math.floor(n / 2) + 1;
  for (let resample = 0; resample < resamples; resample++) {
    drawn.fill(0);
    for (let draw = 0; draw < n; draw++) {
      const at = Math.floor(random() * n);
      drawn[at] = (drawn[at] ?? 0) + 1;
    }
    let at = 0;
    let seen = drawn[0] ?? 0;
    while (seen < toLower) seen += drawn[++at] ?? 0;
    draws.lower[resample] = at;
    while (seen < toUpper) seen += drawn[++at] ?? 0;
    draws.upper[resample] = at;
  }
  return draws;
}

/**
 * Gives a function that finds percentile intervals of how the medians of two sorted samples differ (Efron and
 * Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13). Not BCa: its acceleration comes from the jackknife,
 * which fails for medians (there, section 11.6). A ratio has an interval only where the median of the first sample is
 * positive, and that of the second not negative, in every resample.
 *
 * Which positions of a sample make up the median of a resample depends on its size alone, so this is drawn once for each
 * size; an interval is therefore the same whatever else is compared.
 */
export function createMedianBootstrap({
  confidence = 0.95,
  resamples = 2000,
  seed = 1,
}: BootstrapOptions): (first: Float64Array, second: Float64Array) => MedianIntervals {
  const known = [new Map<number, MedianDraws>(), new Map<number, MedianDraws>()] as const;

  /** The two samples are drawn independently of each other, also where they are of the same size. */
  function drawsOf(sample: 0 | 1, n: number): MedianDraws {
    let draws = known[sample].get(n);
    if (draws === undefined) {
      draws = drawMedians(n, resamples, createRandom(seed, 2 * n + sample));
      known[sample].set(n, draws);
    }
    return draws;
  }

  // Thousands of comparisons use the same memory, and plain loops take a third of the time of callbacks.
  const before = new Float64Array(resamples);
  const after = new Float64Array(resamples);
  const replicates = new Float64Array(resamples);

  function resample(sorted: Float64Array, sample: 0 | 1, medians: Float64Array): void {
    const { lower, upper } = drawsOf(sample, sorted.length);
    for (let at = 0; at < medians.length; at++) {
      const below = sorted[lower[at] ?? 0] ?? 0;
      medians[at] = below + 0.5 * ((sorted[upper[at] ?? 0] ?? 0) - below);
    }
  }

  function interval(): Interval {
    const high = takeQuantile(replicates, (1 + confidence) / 2);
    return { low: takeQuantile(replicates, (1 - confidence) / 2), high };
  }

  function differences(): Interval {
    for (let at = 0; at < replicates.length; at++) replicates[at] = (after[at] ?? 0) - (before[at] ?? 0);
    return interval();
  }

  function ratios(): Interval {
    for (let at = 0; at < replicates.length; at++) {
      const divisor = before[at] ?? 0;
      const ratio = (after[at] ?? 0) / divisor;
      if (!(divisor > 0 && ratio >= 0)) return UNKNOWN;
      replicates[at] = ratio;
    }
    return interval();
  }

  return (first, second) => {
    if (first.length === 0 || second.length === 0) return { difference: UNKNOWN, ratio: UNKNOWN };
    resample(first, 0, before);
    resample(second, 1, after);
    return { difference: differences(), ratio: ratios() };
  };
}

/** The intervals of how the medians of two samples differ, as `compareBuilds` finds them. Values must not be NaN. */
export function medianIntervals(
  first: Iterable<number>,
  second: Iterable<number>,
  options: BootstrapOptions = {},
): MedianIntervals {
  return createMedianBootstrap(options)(Float64Array.from(first).sort(), Float64Array.from(second).sort());
}
