import { quantile } from '../quantile.ts';
import { slowestOf, type TimedRead } from '../read-times.ts';
import { milliseconds, table, thousands } from '../report.ts';

/** What was read of a database of so many metrics. */
export interface Reading {
  metrics: number;
  reads: readonly TimedRead[];
}

export const medianLimit = 15;
export const latestLimit = 60;

const marked = (value: number, limit: number): string =>
  value > limit ? `**${milliseconds(value)}**` : milliseconds(value);

/** Of all runs of some reads. */
export const latestOf = (reads: readonly TimedRead[]): number =>
  quantile(
    reads.flatMap(({ times }) => times),
    0.99,
  );

const millions = (metrics: number): string =>
  metrics < 100_000 ? thousands(metrics) : `${metrics / 1_000_000}M`;

/** A row for every route: the slowest of its reads, and the 99th of a hundred runs of all of them, at every size. */
export const growthTable = (readings: readonly Reading[], isLimited: boolean): string => {
  const parts = readings.map(({ metrics, reads }) => ({
    metrics,
    groups: Map.groupBy(
      reads.filter((read) => read.isLimited === isLimited),
      ({ group }) => group,
    ),
  }));
  const names = parts.at(-1)?.groups.keys() ?? [];
  const limits = isLimited ? [medianLimit, latestLimit] : [Infinity, Infinity];
  const row = (name: string): (string | number)[] => {
    const found = parts.map(({ groups }) => groups.get(name) ?? []);
    const slowest = found.map((reads) => (reads.length > 0 ? slowestOf(reads) : undefined));
    const cells = found.flatMap((reads, index) => {
      const median = slowest[index]?.median;
      return median === undefined
        ? ['', '']
        : [marked(median, limits[0] as number), marked(latestOf(reads), limits[1] as number)];
    });
    const [first, last] = [slowest[0], slowest.at(-1)];
    const growth = first && last ? (last.median / first.median).toFixed(1) : '';
    return [`\`${name}\``, found.at(-1)?.length ?? 0, ...cells, growth, last?.label || '–'];
  };
  const head = [
    'GET',
    'reads',
    ...parts.flatMap(({ metrics }) => [`${millions(metrics)} ms`, 'p99']),
    '×',
    'slowest',
  ];
  return table(head, [...names].map(row));
};
