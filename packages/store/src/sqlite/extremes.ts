import type { Resource } from '@monitor-server/contract';
import { resources } from '@monitor-server/contract/values';

/** The columns of one set of extremes, in the order in which they are bound. */
export const EXTREME_COLUMNS = resources.flatMap((name) => [
  `${name}_max`,
  `${name}_max_at`,
  `${name}_min`,
  `${name}_min_at`,
]);

/** The five resources of a metric, in the order of `resources`. */
export type Values = readonly [number, number, number, number, number];

/** The column that a ranking from one end starts with, and where it is. */
export function extremeColumn(resource: Resource, end: 'head' | 'tail'): string {
  return `${resource}_${end === 'head' ? 'max' : 'min'}`;
}

/**
 * The largest and smallest values of the five resources and the first metric that has each. Kept as one flat
 * array in the order of the columns, because a writer holds tens of thousands of them.
 */
export class Extremes {
  readonly columns: number[];

  constructor(columns: number[]) {
    this.columns = columns;
  }

  static of(values: Values, id: number): Extremes {
    return new Extremes(values.flatMap((value) => [value, id, value, id]));
  }

  /** Takes a later metric in; says whether an extreme changed. */
  add(values: Values, id: number): boolean {
    const { columns } = this;
    let changed = false;
    for (let resource = 0; resource < values.length; resource++) {
      const value = values[resource] as number;
      const at = resource * 4;
      if (value > (columns[at] as number)) {
        columns[at] = value;
        columns[at + 1] = id;
        changed = true;
      }
      if (value < (columns[at + 2] as number)) {
        columns[at + 2] = value;
        columns[at + 3] = id;
        changed = true;
      }
    }
    return changed;
  }
}
