import { get } from './get.ts';
import { landmarks } from './landmarks.ts';
import type { Options } from './options.ts';
import { median, quantile } from './quantile.ts';
import { milliseconds, table, verdictTable, type Report, type Verdict } from './report.ts';
import { reads as createReads, type Read } from './requests.ts';
import type { World } from './world.ts';

const limit = 15;
const walkedRounds = 3;

interface Measured extends Read {
  times: number[];
  bytes: number;
}

const measure = async (port: number, path: string): Promise<{ milliseconds: number; body: Buffer }> => {
  const answer = await get(port, path);
  if (answer.status !== 200 && answer.status !== 204) {
    throw new Error(`${path} answered ${answer.status}: ${answer.body.subarray(0, 500).toString()}`);
  }
  return answer;
};

const isEmpty = (body: Buffer): boolean => {
  if (body.length === 0) return true;
  if (body.toString('utf8', 0, 1) !== '{') return false;
  const answer = JSON.parse(body.toString()) as Record<string, unknown>;
  return (
    answer['count'] === 0 || Object.values(answer).some((value) => Array.isArray(value) && value.length === 0)
  );
};

const nextLink = (body: Buffer): string | undefined =>
  body.length === 0
    ? undefined
    : ((JSON.parse(body.toString()) as { next_url?: string | null }).next_url ?? undefined);

const once = async (port: number, read: Measured): Promise<void> => {
  let path: string | undefined = read.path;
  for (let link = 0; path !== undefined && link <= read.links; link++) {
    const { milliseconds, body } = await measure(port, path);
    if (read.hasContent && read.bytes === 0 && isEmpty(body)) throw new Error(`${path}: an empty answer`);
    read.bytes = Math.max(read.bytes, body.length);
    // The first page is measured as a read of its own.
    if (link > 0 || read.links === 0) read.times.push(milliseconds);
    path = read.links === 0 ? undefined : nextLink(body);
  }
};

const groupRow = (group: string, reads: Measured[]): (string | number)[] => {
  const worst = reads.reduce((a, b) => (median(b.times) > median(a.times) ? b : a));
  const slowest = median(worst.times);
  return [
    `\`${group}\``,
    reads.length,
    milliseconds(median(reads.map(({ times }) => median(times)))),
    slowest > limit ? `**${milliseconds(slowest)}**` : milliseconds(slowest),
    milliseconds(quantile(worst.times, 0.99)),
    worst.label || '–',
    Math.ceil(worst.bytes / 1024),
  ];
};

const groupTable = (reads: Measured[]): string => {
  const groups = Map.groupBy(reads, ({ group }) => group);
  const rows = [...groups].map(([group, members]) => groupRow(group, members));
  return table(['GET', 'reads', 'typical ms', 'slowest ms', 'its p99', 'slowest', 'KiB'], rows);
};

/** Every GET, on a connection of its own; all reads in turns, so that none is served from a warm spot. */
export const reads = async (options: Options, world: World, port: number): Promise<Report> => {
  const measured: Measured[] = createReads(landmarks(world, options.rows), options.rows).map((read) =>
    Object.assign(read, { times: [], bytes: 0 }),
  );
  for (const read of measured) {
    await once(port, read);
    read.times.length = 0;
  }
  for (let round = 0; round < options.runs; round++) {
    for (const read of measured) {
      if (read.links === 0 || round < walkedRounds) await once(port, read);
    }
  }
  const answered = measured.filter(({ times }) => times.length > 0);
  const limited = answered.filter(({ isLimited }) => isLimited);
  const over = limited.filter(({ times }) => median(times) > limit);
  const verdict: Verdict = {
    limit: `the median of every read ≤ ${limit} ms`,
    measured: `${over.length} of ${limited.length} above, slowest ${milliseconds(Math.max(...limited.map(({ times }) => median(times))))} ms`,
    isKept: over.length === 0 && limited.length > 0,
  };
  for (const { path, times } of over)
    console.error(`above ${limit} ms: ${milliseconds(median(times))} ${path}`);
  return {
    part: 'reads',
    verdicts: [verdict],
    markdown: [
      groupTable(limited),
      verdictTable([verdict]),
      'Without a limit:',
      groupTable(answered.filter(({ isLimited }) => !isLimited)),
    ].join('\n\n'),
  };
};
