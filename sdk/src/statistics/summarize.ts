import type { ResourceType } from '../enums.ts';
import { groupBy, partition } from './grouping.ts';
import {
  keyColumn,
  RESOURCE_COLUMNS,
  RESOURCES,
  textsAt,
  type GroupKey,
  type SessionMap,
  type StatisticsColumns,
} from './keys.ts';
import { summarizeRange, type SampleSummary } from './summary.ts';

export interface SummarizeOptions {
  /** The resources to look at; all five unless told. */
  resources?: readonly ResourceType[] | undefined;
  /** The sessions of the metrics, without which nothing can be grouped by `scm`, `pipeline` or `build`. */
  sessions?: SessionMap | undefined;
}

/** The keys under which a group is described: a build always comes with its pipeline. */
export type DescribedKey<K extends GroupKey> = K | (K extends 'build' ? 'pipeline' : never);

/** One resource in one group of metrics. */
export interface Summary<K extends GroupKey = GroupKey> extends SampleSummary {
  readonly group: Readonly<Record<DescribedKey<K>, string>>;
  readonly resource: ResourceType;
}

/** The keys that a grouping really goes by. */
function describedKeys<K extends GroupKey>(by: readonly K[]): DescribedKey<K>[] {
  return by.flatMap((key): DescribedKey<K>[] =>
    key === 'build' && !by.includes('pipeline' as K) ? ['pipeline' as DescribedKey<K>, key] : [key],
  );
}

/**
 * How many values each group of metrics has of each resource, and how they are distributed. Groups come in the order in
 * which they first occur, in each the resources in theirs. `by` is one key or several, which then count together;
 * metrics without a value for one of them, such as those of sessions that are not given, are in no group. Numbers that
 * were not recorded do not count. Quantiles are those of definition 7 of Hyndman and Fan (1996).
 *
 * Units are those of metrics: seconds, a ratio for CPU, MB.
 */
export function summarize<const K extends GroupKey>(
  { columns }: { readonly columns: StatisticsColumns },
  by: K | readonly K[],
  { resources = RESOURCES, sessions }: SummarizeOptions = {},
): Summary<K>[] {
  const keys = describedKeys(typeof by === 'string' ? [by] : by);
  const keyColumns = keys.map((key) => keyColumn(columns, key, sessions));
  const [first, ...others] = keyColumns;
  if (first === undefined) throw new RangeError('metrics are summarized by one key at least');
  const { count, groups, firstRows } = groupBy(first, ...others);
  const partitions = resources.map((resource) => ({
    resource,
    ...partition(groups, count, columns.numbers(RESOURCE_COLUMNS[resource])),
  }));
  const summaries: Summary<K>[] = [];
  for (const [at, row] of firstRows.entries()) {
    const group = textsAt(keys, keyColumns, row);
    for (const { resource, values, starts } of partitions) {
      const summary = summarizeRange(values, starts[at] ?? 0, starts[at + 1] ?? 0);
      const { n, min, median, p95, max, mean, sd } = summary;
      // Spelled out: of many small groups, copying the summary would take longer than making it.
      summaries.push({ group, resource, n, min, median, p95, max, mean, sd });
    }
  }
  return summaries;
}
