import stringWidth from 'string-width';
import { barOf, sharesOf } from './bar.ts';
import type { Paint } from './terminal.ts';
import { padded, printable, shortened } from './text.ts';

/** A column of texts. What is in a cell may come from anywhere; it is made printable. */
export interface TextColumn<R> {
  readonly title: string;
  readonly text: (row: R) => string;
  readonly align?: 'left' | 'right';
  /** To how many columns it may be cut where the terminal is narrow; without this, not at all. */
  readonly min?: number;
  /** Left out, the last one first, where there would be no room for the others. */
  readonly optional?: boolean;
  readonly format?: (row: R) => Parameters<Paint>[0] | undefined;
}

/** A column of bars, each as long as its value is beside the largest. */
export interface BarColumn<R> {
  readonly bar: (row: R) => number;
}

export type Column<R> = TextColumn<R> | BarColumn<R>;

export interface TableStyle {
  /** How many columns of the terminal there are. */
  readonly width: number;
  readonly paint: Paint;
}

const GAP = 2;
const BAR = { min: 8, max: 20 };

/** A column with its cells: how wide it would be, how narrow it can be, and what stands in a row at a width. */
interface Sized {
  readonly kind: 'bar' | 'text';
  readonly natural: number;
  readonly min: number;
  readonly optional: boolean;
  readonly header: (width: number, paint: Paint) => string;
  readonly cell: (row: number, width: number, paint: Paint) => string;
}

function sizedBars<R>({ bar }: BarColumn<R>, rows: readonly R[]): Sized {
  const shares = sharesOf(rows.map(bar));
  return {
    kind: 'bar',
    natural: BAR.max,
    min: BAR.min,
    optional: true,
    header: (width) => ' '.repeat(width),
    cell: (row, width, paint) => padded(paint('cyan', barOf(shares[row] ?? 0, width)), width, 'left'),
  };
}

function sizedTexts<R>({ title, text, align = 'left', ...column }: TextColumn<R>, rows: readonly R[]): Sized {
  const cells = rows.map((row) => printable(text(row)));
  const natural = cells.reduce((widest, cell) => Math.max(widest, stringWidth(cell)), stringWidth(title));
  return {
    kind: 'text',
    natural,
    min: Math.min(natural, column.min ?? natural),
    optional: column.optional ?? false,
    header: (width, paint) => padded(paint('bold', shortened(title, width)), width, align),
    cell: (row, width, paint) => {
      const cell = shortened(cells[row] ?? '', width);
      const format = column.format?.(rows[row] as R);
      return padded(format === undefined ? cell : paint(format, cell), width, align);
    },
  };
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, widths.length - 1);
}

/** Leaves out what can be left out until the rest has room. */
function kept(columns: readonly Sized[], width: number): readonly Sized[] {
  if (total(columns.map(({ min }) => min)) <= width) return columns;
  const last = columns.findLastIndex(({ optional }) => optional);
  return last < 0 ? columns : kept(columns.toSpliced(last, 1), width);
}

/** Makes columns narrower until all fit, or none can be: first the bars, then whichever text is widest. */
function widthsOf(columns: readonly Sized[], width: number): number[] {
  const widths = columns.map(({ natural }) => natural);
  let over = total(widths) - width;
  for (const kind of ['bar', 'text'] as const) {
    for (; over > 0; over--) {
      const spare = columns.map((each, at) =>
        each.kind === kind && (widths[at] ?? 0) > each.min ? (widths[at] ?? 0) : 0,
      );
      const widest = spare.indexOf(Math.max(...spare));
      if (spare[widest] === 0) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  }
  return widths;
}

/** Rows in columns that fit into the width, below their titles. */
export function tableOf<R>(
  rows: readonly R[],
  columns: readonly Column<R>[],
  { width, paint }: TableStyle,
): string {
  const all = columns.map((column) => ('bar' in column ? sizedBars(column, rows) : sizedTexts(column, rows)));
  const sized = kept(all, width);
  const widths = widthsOf(sized, width);
  const gap = ' '.repeat(GAP);
  const line = (cell: (column: Sized, width: number) => string): string =>
    sized
      .map((column, at) => cell(column, widths[at] ?? 0))
      .join(gap)
      .trimEnd();
  return [
    line((column, each) => column.header(each, paint)),
    ...rows.map((_, row) => line((column, each) => column.cell(row, each, paint))),
  ].join('\n');
}
