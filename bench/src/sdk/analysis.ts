import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Options } from '../options.ts';
import { openFolder } from '../release.ts';
import { table, thousands, verdictTable, type Report, type Verdict } from '../report.ts';
import { seed } from '../seed.ts';
import { openServer } from '../target.ts';
import type { World } from '../world.ts';
import type { Collected } from './collection-process.ts';
import { groupingRows } from './grouping.ts';
import { readingRows, readRows, timeReadings, type Readings } from './reading.ts';

const memoryLimit = 1000;

/** Measurements in each round; they take no more than a second or two. */
const perRound = 3;

const read = async (world: World, workers: number, times: number): Promise<Readings> => {
  const folder = openFolder();
  const server = await openServer({ folder: folder.path, workers });
  await seed(server.port, world, readRows);
  const readings = await timeReadings(server.port, times);
  await server.stop();
  folder.close();
  return readings;
};

const collect = async (rows: number, times: number): Promise<Collected> => {
  const entry = fileURLToPath(new URL('collection-process.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [entry, JSON.stringify({ rows, times })]);
  return JSON.parse(stdout) as Collected;
};

/** The library: reading from a server, and what it makes of many metrics in memory. */
export const analysis = async ({ rounds, rows, workers }: Options, world: World): Promise<Report> => {
  const times = rounds * perRound;
  const reading = readingRows(await read(world, workers, times));
  const collected = await collect(rows, times);
  const grouping = groupingRows(collected);
  const memory: Verdict = {
    limit: `memory of a process that reads ${thousands(rows)} metrics: < ${thousands(memoryLimit)} MB`,
    measured: `${thousands(collected.peak)} MB`,
    isKept: collected.peak < memoryLimit,
  };
  const verdicts = [reading.verdict, grouping.verdict, memory];
  return {
    part: 'sdk',
    how: `medians of ${times} times in turns`,
    verdicts,
    markdown: [
      table([`all of ${thousands(readRows)} metrics`, 's', 'metrics/s', 'of raw'], reading.rows),
      table([`${thousands(rows)} metrics by variant`, 'groups', 'ms', 'of the loop'], grouping.rows),
      verdictTable(verdicts),
    ].join('\n\n'),
  };
};
