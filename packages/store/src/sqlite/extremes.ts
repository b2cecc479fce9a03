import type { Resource } from '@monitor-server/contract';
import { resources } from '@monitor-server/contract/values';

/** The columns of one set of extremes, in the order in which they are bound. */
export const EXTREME_COLUMNS = resources.flatMap((name) => [
  `${name}_max`,
  `${name}_max_at`,
  `${name}_min`,
  `${name}_min_at`,
]);

/** The columns of what comes next to them, in the same order. */
export const NEXT_COLUMNS = resources.flatMap((name) => [`${name}_max_next`, `${name}_min_next`]);

/** What comes next where there is one metric only. Any number beats it; NaN, SQLite's null, is one not known. */
export const NO_NEXTS = resources.flatMap(() => [-Infinity, Infinity]);

/** The five resources of a metric, in the order of `resources`. */
export type Values = readonly [number, number, number, number, number];

/** The column that a ranking from one end starts with; beside it stand `…_at` and, in blocks, `…_next`. */
export function extremeColumn(resource: Resource, end: 'head' | 'tail'): string {
  return `${resource}_${end === 'head' ? 'max' : 'min'}`;
}

/**
 * The largest and smallest values of the five resources and the first metric that has each. Kept as one flat
 * array in the order of the columns, because a writer holds tens of thousands of them.
 */
export class Extremes {
  readonly columns: number[];
  /** The extremes of all metrics but the one that has the extreme, where they are kept; see `NO_NEXTS`. */
  readonly nexts: number[] | undefined;

  constructor(columns: number[], nexts?: number[]) {
    this.columns = columns;
    this.nexts = nexts;
  }

  static of(values: Values, id: number, nexts?: readonly number[]): Extremes {
    return new Extremes(
      values.flatMap((value) => [value, id, value, id]),
      nexts?.slice(),
    );
  }

  /** Takes a later metric in; says whether anything changed. */
  add(values: Values, id: number): boolean {
    const { columns, nexts } = this;
    let changed = false;
    for (let resource = 0; resource < values.length; resource++) {
      const value = values[resource] as number;
      const at = resource * 4;
      const next = resource * 2;
      if (value > (columns[at] as number)) {
        if (nexts !== undefined) nexts[next] = columns[at] as number;
        columns[at] = value;
        columns[at + 1] = id;
        changed = true;
      } else if (nexts !== undefined && value > (nexts[next] as number)) {
        nexts[next] = value;
        changed = true;
      }
      if (value < (columns[at + 2] as number)) {
        if (nexts !== undefined) nexts[next + 1] = columns[at + 2] as number;
        columns[at + 2] = value;
        columns[at + 3] = id;
        changed = true;
      } else if (nexts !== undefined && value < (nexts[next + 1] as number)) {
        nexts[next + 1] = value;
        changed = true;
      }
    }
    return changed;
  }
}
