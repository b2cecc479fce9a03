/** How many ways there are to choose `k` of `n`, exact up to 2⁵³. */
export function choices(n: number, k: number): number {
  let count = 1;
  for (let chosen = 1; chosen <= k; chosen++) count = (count * (n - k + chosen)) / chosen;
  return count;
}

/**
 * How many orders of `m` and `n` values, all different, have each U from 0 to half of the largest. There are as many as
 * ways to write U as a sum of `m` whole numbers from 0 to `n` (Mann and Whitney 1947). Allowing one more number after
 * the other only ever adds, so no digits are lost.
 */
function orders(m: number, n: number): Float64Array {
  const width = Math.floor((m * n) / 2) + 1;
  const none = new Float64Array(width);
  none[0] = 1;
  const byTerms = [none, ...Array.from({ length: m }, () => new Float64Array(width))];
  for (let largest = 0; largest <= n; largest++) {
    for (let terms = 1; terms <= m; terms++) {
      const fewer = byTerms[terms - 1] ?? none;
      const sums = byTerms[terms] ?? none;
      for (let u = largest; u < width; u++) sums[u] = (sums[u] ?? 0) + (fewer[u - largest] ?? 0);
    }
  }
  return byTerms[m] ?? none;
}

const lowerTails = new Map<string, Float64Array>();

/**
 * The probabilities that U is at most 0, 1, 2, … up to half of the largest, where two samples of `m` and `n` values, all
 * different, come from the same distribution. Kept, because thousands of tests have the same numbers of runs.
 */
export function lowerTail(m: number, n: number): Float64Array {
  const [few, many] = m < n ? [m, n] : [n, m];
  const key = `${few},${many}`;
  let tail = lowerTails.get(key);
  if (tail === undefined) {
    const total = choices(few + many, few);
    let sum = 0;
    tail = orders(few, many).map((count) => (sum += count) / total);
    lowerTails.set(key, tail);
  }
  return tail;
}

/**
 * The probability of the smaller tail, from U = `u` on outwards, given which values are alike: `alike` has how many there
 * are of each value, smallest first, and `m` of all of them are drawn into the sample that U is of. Goes through all ways
 * of drawing some of each value, so there should not be many: `choices(alike.length - 1 + m, m)` at most.
 */
export function tiedTail(alike: readonly number[], m: number, u: number): number {
  const all = alike.reduce((sum, count) => sum + count, 0);
  let below = 0;
  let above = 0;

  /** Draws what is `left` from the values at `from` and behind, which `before` are smaller than; U is at `reached`. */
  function draw(from: number, before: number, left: number, ways: number, reached: number): void {
    if (left === 0) {
      if (reached <= u) below += ways;
      if (reached >= u) above += ways;
      return;
    }
    let smaller = before;
    for (let value = from; all - smaller >= left; value++) {
      const count = alike[value] ?? 0;
      let here = ways;
      for (let drawn = 1; drawn <= Math.min(count, left); drawn++) {
        here = (here * (count - drawn + 1)) / drawn;
        // Of the smaller values those that were not drawn are in the other sample.
        const others = smaller - (m - left) + (count - drawn) / 2;
        draw(value + 1, smaller + count, left - drawn, here, reached + drawn * others);
      }
      smaller += count;
    }
  }

  draw(0, 0, m, 1, 0);
  return Math.min(below, above) / choices(all, m);
}
