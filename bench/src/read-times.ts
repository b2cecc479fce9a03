import { get } from './get.ts';
import { landmarks } from './landmarks.ts';
import { quantile } from './quantile.ts';
import { reads, type Read } from './requests.ts';
import type { World } from './world.ts';

/** A GET and how long it took. */
export interface TimedRead extends Read {
  /** Milliseconds, in no order. */
  times: number[];
  /** Of the longest answer. */
  bytes: number;
}

export interface ReadTimesOptions {
  /** Where the server listens. */
  port: number;
  world: World;
  /** Metrics that its database was seeded with. */
  rows: number;
  /** Of every read. */
  runs: number;
}

const walkedRounds = 3;

const ask = async (port: number, path: string): Promise<{ milliseconds: number; body: Buffer }> => {
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

const links = (body: Buffer): { next_url?: string | null; total_page?: number } =>
  body.length === 0 ? {} : (JSON.parse(body.toString()) as object);

/** Where a read begins; undefined where its list is too short for it. */
const beginningOf = async (port: number, { path, depth }: Read): Promise<string | undefined> => {
  if (depth === 0) return path;
  const { total_page: pages = 0 } = links((await ask(port, path)).body);
  return pages < 3 ? undefined : `${path}?page=${Math.ceil(depth * pages)}`;
};

const once = async (port: number, read: TimedRead): Promise<void> => {
  let path = await beginningOf(port, read);
  for (let link = 0; path !== undefined && link <= read.links; link++) {
    const { milliseconds, body } = await ask(port, path);
    if (read.hasContent && read.bytes === 0 && isEmpty(body)) throw new Error(`${path}: an empty answer`);
    read.bytes = Math.max(read.bytes, body.length);
    // The first page is measured as a read of its own.
    if (link > 0 || read.links === 0) read.times.push(milliseconds);
    path = read.links === 0 ? undefined : (links(body).next_url ?? undefined);
  }
};

/** Times every GET, on a connection of its own; all reads in turns, so that none is served from a warm spot. */
export const timeReads = async ({ port, world, rows, runs }: ReadTimesOptions): Promise<TimedRead[]> => {
  const timed: TimedRead[] = reads(landmarks(world, rows), rows).map((read) =>
    Object.assign(read, { times: [], bytes: 0 }),
  );
  for (const read of timed) {
    await once(port, read);
    read.times.length = 0;
  }
  for (let round = 0; round < runs; round++) {
    for (const read of timed) {
      if (read.links === 0 || round < walkedRounds) await once(port, read);
    }
  }
  return timed.filter(({ times }) => times.length > 0);
};

/** The read of which most runs took longest. */
export const slowestOf = (reads: readonly TimedRead[]): TimedRead & { median: number } =>
  reads
    .map((read) => ({ ...read, median: quantile(read.times, 0.5) }))
    .reduce((a, b) => (b.median > a.median ? b : a));
