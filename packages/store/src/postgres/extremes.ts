import { resources } from '@monitor-server/contract/values';
import { bigints, doubles } from './arrays.ts';

const ENDS = ['max', 'min'] as const;

export type End = (typeof ENDS)[number];

/** One end of one resource, and the name of the column that has it. */
interface Extreme {
  readonly column: string;
  readonly end: End;
  /** Which of the five values of a metric. */
  readonly resource: number;
}

const EXTREMES: readonly Extreme[] = resources.flatMap((name, resource) =>
  ENDS.map((end) => ({ column: `${name}_${end}`, end, resource })),
);

/** An SQL expression for every extreme, as a list. */
export function forEachExtreme(write: (column: string, end: End) => string): string {
  return EXTREMES.map(({ column, end }) => write(column, end)).join(', ');
}

/** What `Groups` gives, by name and by type. */
export const GROUP_COLUMNS = `metric_count, first_metric, last_metric,
  ${forEachExtreme((column) => `${column}, ${column}_at, ${column}_next`)}`;
export const GROUP_TYPES: readonly string[] = [
  'bigint',
  'bigint',
  'bigint',
  ...EXTREMES.flatMap(() => ['double precision', 'bigint', 'double precision']),
];

/** One extreme of every group. */
interface Column {
  readonly sign: 1 | -1;
  readonly resource: number;
  readonly values: Float64Array;
  readonly at: Float64Array;
  /** NaN where the group has one metric. */
  readonly next: Float64Array;
}

/**
 * Groups of metrics: how many each has, the first and the last, and for either end of each resource the extreme, the
 * first metric that has it, and the extreme of all the others.
 */
export interface Groups {
  /** Makes a group of one metric, whose five values start at `at`; groups are numbered from 0. */
  open(id: number, values: Float64Array, at: number): number;
  /** Takes a later metric into a group. */
  add(group: number, id: number, values: Float64Array, at: number): void;
  /** The parameters for GROUP_COLUMNS. */
  columns(): Buffer[];
}

/** So many groups at most. A fold has thousands, with thirty numbers each: columns keep them out of the garbage. */
export function createGroups(limit: number): Groups {
  const numbers = (): Float64Array => new Float64Array(limit);
  const counts = numbers();
  const firsts = numbers();
  const lasts = numbers();
  const columns = EXTREMES.map(({ end, resource }): Column => {
    return {
      sign: end === 'max' ? 1 : -1,
      resource,
      values: numbers(),
      at: numbers(),
      next: numbers().fill(Number.NaN),
    };
  });
  let length = 0;

  return {
    open(id, values, at) {
      const group = length++;
      counts[group] = 1;
      firsts[group] = id;
      lasts[group] = id;
      for (const column of columns) {
        column.values[group] = values[at + column.resource] as number;
        column.at[group] = id;
      }
      return group;
    },

    add(group, id, values, at) {
      counts[group] = (counts[group] as number) + 1;
      lasts[group] = id;
      for (const column of columns) {
        const { sign, next } = column;
        const value = values[at + column.resource] as number;
        const best = column.values[group] as number;
        if ((value - best) * sign > 0) {
          next[group] = best;
          column.values[group] = value;
          column.at[group] = id;
        } else if (!((value - (next[group] as number)) * sign <= 0)) {
          // Better than the second, or the second there is.
          next[group] = value;
        }
      }
    },

    columns() {
      const used = (column: Float64Array): Float64Array => column.subarray(0, length);
      return [
        ...[counts, firsts, lasts].map((column) => bigints(used(column))),
        ...columns.flatMap(({ values, at, next }) => [
          doubles(used(values)),
          bigints(used(at)),
          doubles(used(next)),
        ]),
      ];
    },
  };
}
