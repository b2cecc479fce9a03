import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mannWhitneyU, smallestP } from '../../src/statistics/mann-whitney.ts';
import { normalTail } from '../../src/statistics/normal.ts';
import { lowerTail } from '../../src/statistics/u-distribution.ts';

/** The largest U of the smaller tail that is significant on both sides at a level; -1 where none is. */
function criticalValue(m: number, n: number, level: number): number {
  return lowerTail(m, n).findLastIndex((tail) => 2 * tail <= level);
}

describe('the exact distribution', () => {
  test('is that of table I of Mann and Whitney (1947)', () => {
    const rounded = (m: number, n: number): number[] =>
      Array.from(lowerTail(m, n), (tail) => Math.round(tail * 1000) / 1000);
    expect(rounded(3, 3)).toEqual([0.05, 0.1, 0.2, 0.35, 0.5]);
    expect(rounded(4, 4)).toEqual([0.014, 0.029, 0.057, 0.1, 0.171, 0.243, 0.343, 0.443, 0.557]);
    expect(rounded(5, 5).slice(0, 12)).toEqual([
      0.004, 0.008, 0.016, 0.028, 0.048, 0.075, 0.111, 0.155, 0.21, 0.274, 0.345, 0.421,
    ]);
    expect(lowerTail(3, 7)).toEqual(lowerTail(7, 3));
  });

  // The table for a two-sided level of 0.05 that textbooks have, for larger samples of 5 to 20 values.
  test.each([
    [5, [2, 3, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 17, 18, 19, 20]],
    [8, [6, 8, 10, 13, 15, 17, 19, 22, 24, 26, 29, 31, 34, 36, 38, 41]],
    [10, [8, 11, 14, 17, 20, 23, 26, 29, 33, 36, 39, 42, 45, 48, 52, 55]],
    [13, [12, 16, 20, 24, 28, 33, 37, 41, 45, 50, 54, 59, 63, 67, 72, 76]],
    [16, [15, 21, 26, 31, 37, 42, 47, 53, 59, 64, 70, 75, 81, 86, 92, 98]],
    [18, [18, 24, 30, 36, 42, 48, 55, 61, 67, 74, 80, 86, 93, 99, 106, 112]],
    [20, [20, 27, 34, 41, 48, 55, 62, 69, 76, 83, 90, 98, 105, 112, 119, 127]],
  ])('has the critical values of a sample of %i', (m, published) => {
    expect(published.map((_, at) => criticalValue(m, at + 5, 0.05))).toEqual(published);
  });

  test('of samples too small for any value to be critical has none', () => {
    expect(criticalValue(3, 3, 0.05)).toBe(-1);
    expect(criticalValue(2, 7, 0.05)).toBe(-1);
    expect(criticalValue(2, 8, 0.05)).toBe(0);
  });

  test('sums up to a half in the middle, without losing digits', () => {
    // 49 × 49 is odd, so no value lies in the middle.
    expect(lowerTail(49, 49).at(-1)).toBeCloseTo(0.5, 13);
  });
});

describe('published outcomes', () => {
  test('Hollander and Wolfe (1973), permeability of the chorioamnion, as R documents it', () => {
    const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const weeks = [1.15, 0.88, 0.9, 0.74, 1.21];
    const { u, p, method } = mannWhitneyU(term, weeks);
    // R prints the one-sided p-value, 0.1272.
    expect([u, Number((p / 2).toFixed(4)), method]).toEqual([35, 0.1272, 'exact']);
    expect(mannWhitneyU(weeks, term)).toEqual({ u: 15, p, method });
  });

  test('ozone in May and August, R documents W = 127.5 and p-value = 0.0001208', () => {
    const may = [
      41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23, 45, 115, 37,
    ];
    const august = [
      39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45, 168, 73, 76, 118, 84,
      85,
    ];
    const { u, p, method } = mannWhitneyU(may, august);
    expect([u, p.toPrecision(4), method]).toEqual([127.5, '0.0001208', 'normal']);
  });

  test('consumption of cars with and without automatic transmission, in R W = 42 and p-value = 0.001871', () => {
    const automatic = [
      21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4, 10.4, 14.7, 21.5, 15.5, 15.2,
      13.3, 19.2,
    ];
    const manual = [21, 21, 22.8, 32.4, 30.4, 33.9, 27.3, 26, 30.4, 15.8, 19.7, 15, 21.4];
    const { u, p, method } = mannWhitneyU(automatic, manual);
    expect([u, p.toPrecision(4), method]).toEqual([42, '0.001871', 'normal']);
  });

  test('ages of men and women at a diagnosis, as SciPy documents them: U = 17, p = 0.1111', () => {
    const { u, p } = mannWhitneyU([19, 22, 16, 29, 24], [20, 11, 17, 12]);
    expect([u, p]).toEqual([17, expect.closeTo(1 / 9, 14)]);
  });

  test('tails of the normal distribution, Abramowitz and Stegun (1964), table 26.1', () => {
    expect(normalTail(0)).toBe(0.5);
    expect(normalTail(1.959963984540054)).toBeCloseTo(0.025, 14);
    for (const [z, tail] of [
      [1, 0.15865525393145707],
      [2.99, 0.0013948872354922471],
      [3, 0.0013498980316300946],
      [5, 2.866515718791939e-7],
      [10, 7.61985302416052e-24],
    ] as const) {
      expect(Math.abs(normalTail(z) / tail - 1)).toBeLessThan(1e-12);
    }
  });
});

/** Twice the smaller tail over all ways of choosing the first sample, one by one. */
function permutationP(x: readonly number[], y: readonly number[]): number {
  const all = [...x, ...y];
  const uOf = (chosen: number): number => {
    let u = 0;
    for (const [i, own] of all.entries()) {
      for (const [j, other] of all.entries()) {
        if (((chosen >> i) & 1) === 1 && ((chosen >> j) & 1) === 0) {
          u += own > other ? 1 : own === other ? 0.5 : 0;
        }
      }
    }
    return u;
  };
  const ofSize = Array.from({ length: 2 ** all.length }, (_, chosen) => chosen).filter(
    (chosen) => chosen.toString(2).replaceAll('0', '').length === x.length,
  );
  const observed = uOf(2 ** x.length - 1);
  const us = ofSize.map(uOf);
  const share = (tail: (u: number) => boolean): number => us.filter(tail).length / us.length;
  return Math.min(
    2 *
      Math.min(
        share((u) => u <= observed),
        share((u) => u >= observed),
      ),
    1,
  );
}

describe('small samples', () => {
  test('have an exact p whatever values are equal', () => {
    const sample = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sample, sample, (x, y) => {
        const { p, method } = mannWhitneyU(x, y);
        expect(method).toBe('exact');
        expect(p).toBeCloseTo(permutationP(x, y), 12);
        expect(p).toBeGreaterThanOrEqual(smallestP(x.length, y.length) * (1 - 1e-12));
      }),
      { numRuns: 60 },
    );
  });

  test('with one new run among many equal ones prove little', () => {
    // The normal distribution would give 10⁻⁹.
    expect(mannWhitneyU([1], Array<number>(39).fill(0))).toMatchObject({ u: 39, p: 0.05, method: 'exact' });
    expect(mannWhitneyU([1, 1], Array<number>(8).fill(0)).p).toBeCloseTo(2 / 45, 14);
  });

  test('of nothing have no outcome', () => {
    expect(mannWhitneyU([], [1])).toEqual({ u: NaN, p: NaN, method: 'none' });
    expect(smallestP(0, 4)).toBe(1);
    expect(smallestP(3, 3)).toBe(0.1);
  });
});

describe('all samples', () => {
  const sample = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 70 });

  test('have a U that counts pairs, and a p that does not depend on which one is first', () => {
    fc.assert(
      fc.property(sample, sample, (x, y) => {
        const { u, p } = mannWhitneyU(x, y);
        const pairs = x.flatMap((a) => y.map((b) => (a > b ? 1 : a === b ? 0.5 : 0) as number));
        expect(u).toBe(pairs.reduce((sum, each) => sum + each, 0));
        expect(p > 0 && p <= 1).toBe(true);
        const swapped = mannWhitneyU(y, x);
        expect(swapped.u).toBe(x.length * y.length - u);
        expect(swapped.p).toBeCloseTo(p, 12);
      }),
    );
  });

  test('that are all alike differ in nothing', () => {
    const alike = (n: number): number[] => Array<number>(n).fill(3);
    expect(mannWhitneyU(alike(5), alike(7)).p).toBe(1);
    expect(mannWhitneyU(alike(2000), alike(3000)).p).toBe(1);
  });

  test('of many values are taken to be normal, also where there are very many', () => {
    const numbers = (n: number, from: number): number[] =>
      Array.from({ length: n }, (_, at) => from + at * 2);
    expect(mannWhitneyU(numbers(50, 0), numbers(50, 1))).toMatchObject({ u: 1225, method: 'normal' });
    const { p, method } = mannWhitneyU(numbers(5000, 0), numbers(5000, 5000));
    expect([p < 1e-300, method]).toEqual([true, 'normal']);
  });
});
