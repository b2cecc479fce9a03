import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sortedQuantile, takeQuantile } from '../../src/statistics/quantile.ts';
import { select } from '../../src/statistics/selection.ts';
import { summarizeValues } from '../../src/statistics/summary.ts';

const NUMBERS = fc.array(
  fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -1e9, max: 1e9, noNaN: true })),
  { minLength: 1, maxLength: 300 },
);

describe('selection', () => {
  test('puts what sorting would into its place, and nothing on the wrong side of it', () => {
    fc.assert(
      fc.property(NUMBERS, fc.nat(), (numbers, chosen) => {
        const k = chosen % numbers.length;
        const values = Float64Array.from([7, ...numbers, -7]);
        select(values, k + 1, 1, numbers.length + 1);
        const sorted = Float64Array.from(numbers).sort();
        expect(values[k + 1]).toBe(sorted[k]);
        expect(Math.max(...values.subarray(1, k + 2))).toBe(sorted[k]);
        expect(Math.min(...values.subarray(k + 1, -1))).toBe(sorted[k]);
        expect([values[0], values.at(-1)]).toEqual([7, -7]);
        expect(values.slice(1, -1).sort()).toEqual(sorted);
      }),
    );
  });

  test.each([
    ['rising', (at: number) => at],
    ['falling', (at: number) => -at],
    ['all equal', () => 1],
    ['of two values', (at: number) => at % 2],
    ['rising and falling', (at: number) => Math.min(at, 10_000 - at)],
    ['bent against the middle', (at: number) => (at % 2 === 0 ? at : 10_000 - at)],
  ])('copes with values %s', (_, valueAt) => {
    const values = Float64Array.from({ length: 10_000 }, (_value, at) => valueAt(at));
    const sorted = values.slice().sort();
    for (const k of [0, 1, 4999, 5000, 9500, 9999]) {
      select(values, k, 0, values.length);
      expect(values[k]).toBe(sorted[k]);
    }
  });
});

describe('quantiles', () => {
  test('are those of definition 7 of Hyndman and Fan', () => {
    // The example of R's documentation of `quantile`, type 7, for the numbers from 1 to 10, and that of NumPy.
    const ten = Float64Array.from({ length: 10 }, (_, at) => at + 1);
    for (const [share, quantile] of [
      [0, 1],
      [0.25, 3.25],
      [0.5, 5.5],
      [0.75, 7.75],
      [0.95, 9.55],
      [1, 10],
    ] as const) {
      expect(sortedQuantile(ten, share)).toBeCloseTo(quantile, 14);
    }
    expect(takeQuantile(Float64Array.of(10, 7, 4, 3, 2, 1), 0.5)).toBe(3.5);
  });

  test('need no sorted values', () => {
    fc.assert(
      fc.property(NUMBERS, fc.double({ min: 0, max: 1, noNaN: true }), (numbers, share) => {
        const values = Float64Array.from(numbers);
        expect(takeQuantile(values.slice(), share)).toBe(sortedQuantile(values.sort(), share));
      }),
    );
  });

  test('of nothing are NaN', () => {
    expect(takeQuantile(new Float64Array(0), 0.5)).toBeNaN();
    expect(sortedQuantile(new Float64Array(0), 0.5)).toBeNaN();
  });
});

describe('a summary', () => {
  test('of no values is empty, of one has no deviation', () => {
    const nothing = { min: NaN, median: NaN, p95: NaN, max: NaN, mean: NaN, sd: NaN };
    expect(summarizeValues([])).toEqual({ n: 0, ...nothing });
    expect(summarizeValues([NaN])).toEqual({ n: 0, ...nothing });
    expect(summarizeValues([-2])).toEqual({ n: 1, min: -2, median: -2, p95: -2, max: -2, mean: -2, sd: NaN });
  });

  test('leaves out what was not recorded', () => {
    expect(summarizeValues([NaN, 3, NaN, 1])).toMatchObject({ n: 2, min: 1, median: 2, max: 3, mean: 2 });
  });

  // NIST's Statistical Reference Datasets, univariate, with certified mean and deviation; NumAcc3 and NumAcc4 lose digits
  // wherever squares are summed up. 1001 values, of which every second is a little below and above the first.
  test.each([
    ['NumAcc2', 1.2, 1e-13],
    ['NumAcc3', 1_000_000.2, 1e-8],
    ['NumAcc4', 10_000_000.2, 1e-7],
  ])('has the certified deviation of %s', (_, mean, error) => {
    const values = Array.from({ length: 1001 }, (_value, at) =>
      at === 0 ? mean : mean + (at % 2 === 0 ? 0.1 : -0.1),
    );
    const summary = summarizeValues(values);
    expect(Math.abs(summary.mean / mean - 1)).toBeLessThan(1e-14);
    expect(Math.abs(summary.sd - 0.1)).toBeLessThan(error);
  });

  test('divides squares by n - 1', () => {
    expect(summarizeValues([2, 4, 4, 4, 5, 5, 7, 9]).sd).toBeCloseTo(Math.sqrt(32 / 7), 14);
  });
});
