import { normalTail } from './normal.ts';
import { choices, lowerTail, tiedTail } from './u-distribution.ts';

/** Below so many values in either sample, all different, p is exact; R's `wilcox.test` has the same limit. */
const EXACT_BELOW = 50;

/**
 * Up to so many ways of drawing the smaller sample from the distinct values, p is exact also where values are alike. The
 * normal distribution does for samples of the same size, but of one or two new runs and forty old ones, nearly all of
 * them alike, it calls different far too many.
 */
const EXACT_WAYS = 10_000;

/** The outcome of the U test. */
export interface UTest {
  /** In how many of all pairs the value of the first sample is the larger one; equal ones count half. */
  readonly u: number;
  /** Twice the probability, were both samples of the same distribution, of a U at least as far out to the same side. */
  readonly p: number;
  /** How p was found; `none` where a sample is empty, so that u and p are NaN. */
  readonly method: 'exact' | 'normal' | 'none';
}

interface Ranking {
  readonly u: number;
  /** How many values there are alike, smallest first. */
  readonly alike: readonly number[];
}

/** Walks through both sorted samples at once. */
function rank(x: Float64Array, y: Float64Array): Ranking {
  const alike: number[] = [];
  let u = 0;
  let i = 0;
  let j = 0;
  while (i < x.length || j < y.length) {
    const value = Math.min(x[i] ?? Number.POSITIVE_INFINITY, y[j] ?? Number.POSITIVE_INFINITY);
    const [fromX, fromY] = [i, j];
    while (i < x.length && x[i] === value) i++;
    while (j < y.length && y[j] === value) j++;
    const [inX, inY] = [i - fromX, j - fromY];
    u += inX * (fromY + inY / 2);
    alike.push(inX + inY);
  }
  return { u, alike };
}

function normalP(m: number, n: number, { u, alike }: Ranking): number {
  const all = m + n;
  const ties = alike.reduce((sum, count) => sum + (count ** 3 - count), 0);
  const variance = ((m * n) / 12) * (all + 1 - ties / (all * (all - 1)));
  if (!(variance > 0)) return 1;
  const distance = Math.max(Math.abs(u - (m * n) / 2) - 0.5, 0);
  return Math.min(2 * normalTail(distance / Math.sqrt(variance)), 1);
}

/** `mannWhitneyU` for samples that are sorted. */
export function sortedMannWhitneyU(x: Float64Array, y: Float64Array): UTest {
  const m = x.length;
  const n = y.length;
  if (m === 0 || n === 0) return { u: Number.NaN, p: Number.NaN, method: 'none' };
  const ranking = rank(x, y);
  const { u, alike } = ranking;
  if (m < EXACT_BELOW && n < EXACT_BELOW && alike.length === m + n) {
    const tail = lowerTail(m, n)[Math.min(u, m * n - u)] ?? 1;
    return { u, p: Math.min(2 * tail, 1), method: 'exact' };
  }
  const few = Math.min(m, n);
  if (choices(alike.length - 1 + few, few) <= EXACT_WAYS && Number.isFinite(choices(m + n, few))) {
    const tail = tiedTail(alike, few, m <= n ? u : m * n - u);
    return { u, p: Math.min(2 * tail, 1), method: 'exact' };
  }
  return { u, p: normalP(m, n, ranking), method: 'normal' };
}

/**
 * The two-sided U test of Mann and Whitney ("On a Test of Whether one of Two Random Variables is Stochastically Larger
 * than the Other", Annals of Mathematical Statistics 18, 1947), which is Wilcoxon's rank sum test (1945). p is exact where
 * both samples have fewer than 50 values and no two are equal, and where there are few values or few distinct ones
 * (`EXACT_WAYS`). Else it comes from the normal distribution, with the variance corrected for ties and a continuity
 * correction of one half. Values must not be NaN.
 */
export function mannWhitneyU(x: Iterable<number>, y: Iterable<number>): UTest {
  return sortedMannWhitneyU(Float64Array.from(x).sort(), Float64Array.from(y).sort());
}

/** The smallest p that the test can give for samples of these sizes: that of samples of which one is all above the other. */
export function smallestP(m: number, n: number): number {
  return Math.min(2 / choices(m + n, Math.min(m, n)), 1);
}
