/** Up to this many values, sorting by insertion is faster than dividing them further. */
const FEW = 24;

function sortFew(values: Float64Array, from: number, to: number): void {
  for (let next = from + 1; next < to; next++) {
    const value = values[next] ?? 0;
    let at = next;
    for (; at > from && (values[at - 1] ?? 0) > value; at--) values[at] = values[at - 1] ?? 0;
    values[at] = value;
  }
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

/**
 * Reorders `values[from, to)` so that at position `k` stands what sorting would put there, nothing larger before it
 * and nothing smaller behind it. Linear on average (Hoare's "Find", Algorithm 65, Communications of the ACM 4, 1961),
 * and never worse than sorting. There must be no NaN.
 */
export function select(values: Float64Array, k: number, from: number, to: number): void {
  let low = from;
  let high = to - 1;
  let patience = 2 * Math.ceil(Math.log2(to - from + 1));
  while (high - low >= FEW) {
    if (patience-- === 0) {
      values.subarray(low, high + 1).sort();
      return;
    }
    const pivot = middleOf(values[low] ?? 0, values[(low + high) >>> 1] ?? 0, values[high] ?? 0);
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] ?? 0) < pivot) left++;
      while ((values[right] ?? 0) > pivot) right--;
      if (left > right) break;
      const value = values[left] ?? 0;
      values[left++] = values[right] ?? 0;
      values[right--] = value;
    }
    if (k <= right) high = right;
    else if (k >= left) low = left;
    else return;
  }
  sortFew(values, low, high + 1);
}
