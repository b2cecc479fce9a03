/** How p-values are corrected for being many. */
export type Correction = 'benjamini-hochberg' | 'holm' | 'none';

/** The positions of values, smallest first. */
function ascending(values: Float64Array): number[] {
  return Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
}

/**
 * p-values, in the same order, of which those up to α may be believed with at most a share of α wrong among them on
 * average (the false discovery rate): Benjamini and Hochberg, "Controlling the False Discovery Rate", Journal of the
 * Royal Statistical Society B 57 (1995). Where nothing differs at all, anything is found with a probability of at most α.
 */
export function benjaminiHochberg(ps: Float64Array): Float64Array {
  const adjusted = new Float64Array(ps.length);
  let smallest = 1;
  for (const [before, at] of ascending(ps).reverse().entries()) {
    const rank = ps.length - before;
    smallest = Math.min(smallest, ((ps[at] ?? 1) * ps.length) / rank);
    adjusted[at] = smallest;
  }
  return adjusted;
}

/**
 * p-values, in the same order, of which those up to α may be believed with a probability of at most α that any of them
 * is wrong: Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6 (1979).
 */
export function holm(ps: Float64Array): Float64Array {
  const adjusted = new Float64Array(ps.length);
  let largest = 0;
  for (const [before, at] of ascending(ps).entries()) {
    largest = Math.max(largest, Math.min((ps[at] ?? 1) * (ps.length - before), 1));
    adjusted[at] = largest;
  }
  return adjusted;
}

/** p-values corrected by a method, in the same order. */
export function corrected(ps: Float64Array, correction: Correction): Float64Array {
  switch (correction) {
    case 'benjamini-hochberg':
      return benjaminiHochberg(ps);
    case 'holm':
      return holm(ps);
    default:
      return ps;
  }
}
