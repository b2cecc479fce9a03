const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar that fills a share of so many columns, to an eighth of one. What is more than nothing can be seen. */
export function barOf(share: number, width: number): string {
  if (!(share > 0)) return '';
  const eighths = Math.max(1, Math.round(Math.min(share, 1) * width * 8));
  return '█'.repeat(eighths >> 3) + (EIGHTHS[eighths & 7] ?? '');
}

/** The share that each value has of the largest one; what is not above zero has none. */
export function sharesOf(values: readonly number[]): number[] {
  const largest = Math.max(0, ...values.filter((value) => Number.isFinite(value)));
  return values.map((value) => (value > 0 && largest > 0 ? value / largest : 0));
}
