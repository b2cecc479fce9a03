import fc from 'fast-check';
import { expect, test } from 'vitest';
import { benjaminiHochberg, corrected, holm } from '../../src/statistics/correction.ts';

// The example of Benjamini and Hochberg (1995): at a level of 0.05 their procedure rejects four hypotheses, and the one
// that controls the chance of any error three.
const PUBLISHED = Float64Array.of(
  0.0001,
  0.0004,
  0.0019,
  0.0095,
  0.0201,
  0.0278,
  0.0298,
  0.0344,
  0.0459,
  0.324,
  0.4262,
  0.5719,
  0.6528,
  0.759,
  1,
);

const found = (adjusted: Float64Array): number => adjusted.filter((p) => p <= 0.05).length;

test('as many differences are found as published', () => {
  expect(found(benjaminiHochberg(PUBLISHED))).toBe(4);
  expect(found(holm(PUBLISHED))).toBe(3);
  expect(found(corrected(PUBLISHED, 'none'))).toBe(9);
});

test('corrected values follow the definitions', () => {
  const ps = Float64Array.of(0.04, 0.01, 0.03, 0.005);
  const near = (values: number[]): unknown[] => values.map((value) => expect.closeTo(value, 14));
  expect([...holm(ps)]).toEqual(near([0.06, 0.03, 0.06, 0.02]));
  expect([...benjaminiHochberg(ps)]).toEqual(near([0.04, 0.02, 0.04, 0.02]));
  expect(holm(new Float64Array(0))).toHaveLength(0);
});

test('corrections keep the order, make no p smaller, and Holm is the stricter one', () => {
  const ps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });
  fc.assert(
    fc.property(ps, (list) => {
      const raw = Float64Array.from(list);
      const [strict, loose] = [holm(raw), benjaminiHochberg(raw)];
      const order = Array.from(raw.keys()).sort((one, other) => (raw[one] ?? 0) - (raw[other] ?? 0));
      for (const adjusted of [strict, loose]) {
        const inOrder = order.map((at) => adjusted[at] ?? NaN);
        expect(inOrder).toEqual(inOrder.toSorted((one, other) => one - other));
      }
      for (const [at, p] of list.entries()) {
        const [high, low] = [strict[at] ?? NaN, loose[at] ?? NaN];
        expect(low).toBeGreaterThanOrEqual(p * (1 - 1e-12));
        expect(high).toBeGreaterThanOrEqual(low * (1 - 1e-12));
        expect(high).toBeLessThanOrEqual(1);
      }
    }),
  );
});
