import type { Options } from './options.ts';
import { median, quantile } from './quantile.ts';
import { slowestOf, timeReads, type TimedRead } from './read-times.ts';
import { milliseconds, table, thousands, verdictTable, type Report, type Verdict } from './report.ts';
import type { World } from './world.ts';

const limit = 15;

const groupRow = (group: string, reads: TimedRead[]): (string | number)[] => {
  const slowest = slowestOf(reads);
  return [
    `\`${group}\``,
    reads.length,
    milliseconds(median(reads.map(({ times }) => median(times)))),
    slowest.median > limit ? `**${milliseconds(slowest.median)}**` : milliseconds(slowest.median),
    milliseconds(quantile(slowest.times, 0.99)),
    slowest.label || '–',
    Math.ceil(slowest.bytes / 1024),
  ];
};

const groupTable = (reads: TimedRead[]): string => {
  const groups = Map.groupBy(reads, ({ group }) => group);
  const rows = [...groups].map(([group, members]) => groupRow(group, members));
  return table(['GET', 'reads', 'typical ms', 'slowest ms', 'its p99', 'slowest', 'KiB'], rows);
};

/** Every GET of the embedded server at a million metrics. */
export const reads = async ({ rows, runs }: Options, world: World, port: number): Promise<Report> => {
  const timed = await timeReads({ port, world, rows, runs });
  const limited = timed.filter(({ isLimited }) => isLimited);
  const over = limited.filter(({ times }) => median(times) > limit);
  const verdict: Verdict = {
    limit: `the median of every read ≤ ${limit} ms`,
    measured: `${over.length} of ${limited.length} above, slowest ${milliseconds(slowestOf(limited).median)} ms`,
    isKept: over.length === 0,
  };
  for (const { path, times } of over)
    console.error(`above ${limit} ms: ${milliseconds(median(times))} ${path}`);
  return {
    part: 'reads',
    how: `${thousands(rows)} metrics, ${runs} runs each`,
    verdicts: [verdict],
    markdown: [
      groupTable(limited),
      verdictTable([verdict]),
      'Without a limit:',
      groupTable(timed.filter(({ isLimited }) => !isLimited)),
    ].join('\n\n'),
  };
};
