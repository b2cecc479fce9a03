import { describe, expect, test } from 'vitest';
import { medianIntervals, type Interval } from '../../src/statistics/bootstrap.ts';
import { sortedQuantile } from '../../src/statistics/quantile.ts';
import { createRandom, spread } from './noise.ts';

// Survival of mice after an operation, the data of Efron and Tibshirani (1993), table 2.1.
const TREATED = [94, 197, 16, 38, 99, 141, 23];
const CONTROL = [52, 104, 146, 10, 51, 30, 40, 27, 46];

/** The probability of each median of a resample, from all resamples there are. */
function medianDistribution(sample: readonly number[]): Map<number, number> {
  const n = sample.length;
  const distribution = new Map<number, number>();
  for (let resample = 0; resample < n ** n; resample++) {
    const drawn = Float64Array.from(sample, (_, at) => sample[Math.floor(resample / n ** at) % n] ?? NaN);
    const median = sortedQuantile(drawn.sort(), 0.5);
    distribution.set(median, (distribution.get(median) ?? 0) + n ** -n);
  }
  return distribution;
}

/** The ratios below which `share` of all resamples lie, a little less and a little more. */
function exactRatio(first: readonly number[], second: readonly number[], share: number): Interval {
  const after = medianDistribution(second);
  const ratios = [...medianDistribution(first)]
    .flatMap(([a, p]) => [...after].map(([b, q]) => ({ ratio: b / a, weight: p * q })))
    .sort((one, other) => one.ratio - other.ratio);
  const at = (wanted: number): number => {
    let sum = 0;
    return ratios.find(({ weight }) => (sum += weight) >= wanted)?.ratio ?? NaN;
  };
  return { low: at(share - 0.004), high: at(share + 0.004) };
}

describe('an interval of the ratio of medians', () => {
  test.each([
    ['odd', [1, 2, 3.5, 5, 8], [2, 3, 6.5, 7, 9]],
    ['even', [1, 2, 4, 7], [2, 5, 6, 11]],
    ['odd and even', [3, 4, 9], [1, 2, 4, 7, 9, 12]],
  ])('is that of all resamples, where samples are %s', (_, first, second) => {
    const { ratio } = medianIntervals(first, second, { resamples: 50_000 });
    const [low, high] = [exactRatio(first, second, 0.025), exactRatio(first, second, 0.975)];
    expect(ratio.low).toBeGreaterThanOrEqual(low.low);
    expect(ratio.low).toBeLessThanOrEqual(low.high);
    expect(ratio.high).toBeGreaterThanOrEqual(high.low);
    expect(ratio.high).toBeLessThanOrEqual(high.high);
  });

  test('of the mice says that nothing is proved', () => {
    const { ratio, difference } = medianIntervals(CONTROL, TREATED);
    expect(ratio.low).toBeLessThan(1);
    expect(ratio.high).toBeGreaterThan(94 / 46);
    expect(difference.low).toBeLessThan(0);
    expect(difference.high).toBeGreaterThan(94 - 46);
  });

  test('holds the true ratio as often as it says', () => {
    const random = createRandom(11, 1);
    const sample = (): number[] => Array.from({ length: 12 }, () => spread(random, 0.2));
    const hits = Array.from({ length: 500 }, (_, seed) => {
      const after = sample().map((value) => value * 1.2);
      const { ratio } = medianIntervals(sample(), after, { seed, resamples: 400 });
      return ratio.low <= 1.2 && 1.2 <= ratio.high;
    }).filter(Boolean);
    expect(hits.length / 500).toBeGreaterThan(0.93);
    expect(hits.length / 500).toBeLessThan(0.99);
  });

  test('is the same again with the same seed, and narrower with less confidence', () => {
    const first = medianIntervals(CONTROL, TREATED, { seed: 5 });
    expect(medianIntervals(CONTROL, TREATED, { seed: 5 })).toEqual(first);
    const { difference } = medianIntervals(CONTROL, TREATED, { seed: 5, confidence: 0.5 });
    expect(difference.low).toBeGreaterThan(first.difference.low);
    expect(difference.high).toBeLessThan(first.difference.high);
  });

  test('is not drawn alike for both samples', () => {
    const values = [1, 2, 3, 4, 5, 6, 7];
    const { ratio } = medianIntervals(values, values);
    expect(ratio.low).toBeLessThan(1);
    expect(ratio.high).toBeGreaterThan(1);
  });

  test('is not known where a resample has no ratio; that of the difference is', () => {
    const unknown = { low: NaN, high: NaN };
    expect(medianIntervals([0, 0, 1, 1, 1], [1, 1, 1, 1, 2])).toEqual({
      ratio: unknown,
      difference: { low: 0, high: expect.any(Number) as number },
    });
    expect(medianIntervals([1, 2, 3], [-4, -3, 5]).ratio).toEqual(unknown);
    expect(medianIntervals([1, 2, 3], [0, 0, 0]).ratio).toEqual({ low: 0, high: 0 });
    expect(medianIntervals([], [1])).toEqual({ ratio: unknown, difference: unknown });
  });
});
