import type { LoadResult } from '../loader.ts';
import type { Options } from '../options.ts';
import { median } from '../quantile.ts';
import { thousands } from '../report.ts';
import type { Backend, Syncing } from './backends.ts';
import { tryFloor, tryPipeline, type FloorTrial, type PipelineTrial } from './pipeline-trial.ts';

export const syncings = ['always', 'everysec'] as const satisfies Syncing[];

/** All runs with so many connections. */
export interface Runs {
  connections: number;
  floor: FloorTrial[];
  always: PipelineTrial[];
  everysec: PipelineTrial[];
}

export const middle = <T>(runs: readonly T[], figure: (run: T) => number): number => median(runs.map(figure));

export const rateOf = (runs: readonly LoadResult[]): number => middle(runs, ({ rate }) => rate);

export const bytesPerMetric = ({ disk }: PipelineTrial): number =>
  disk.tables.reduce((sum, { bytes }) => sum + bytes, 0) / disk.metrics;

/** Floor and pipeline in turns, each pipeline on a database of its own. */
export const runAll = async (backend: Backend, options: Options, connections: number): Promise<Runs> => {
  const runs: Runs = { connections, floor: [], always: [], everysec: [] };
  for (let round = 0; round < options.rounds; round++) {
    runs.floor.push(await tryFloor({ ...options, connections }));
    for (const syncing of syncings) {
      const database = await backend.createDatabase();
      runs[syncing].push(await tryPipeline(backend, database, { ...options, connections, syncing }));
      await database.drop();
    }
    const figures = [runs.floor, runs.always, runs.everysec].map((each) => thousands(each.at(-1)?.rate ?? 0));
    console.error(`pipeline ${connections} ${round + 1}: ${figures.join(' → ')}`);
  }
  return runs;
};
