import { setTimeout as sleep } from 'node:timers/promises';
import { load, type LoadResult } from '../loader.ts';
import type { Options } from '../options.ts';
import { openFolder } from '../release.ts';
import { openFloor } from '../target.ts';
import { watchMemory } from '../tree.ts';
import { openBroker, type Backend, type Syncing } from './backends.ts';
import { watchBacklog, type Backlog } from './backlog.ts';
import type { Counts, Database, TableSize } from './database.ts';
import { watchProcessors, type ProcessorTimes } from './processors.ts';
import { openPipeline, warnings } from './services.ts';

/** One run of load against a pipeline that was just started. */
export interface PipelineTrial extends LoadResult {
  backlog: Backlog;
  /** Seconds from the last answer until everything was stored. */
  drained: number;
  /** Largest proportional set size of the server's process tree, in MB. */
  memory: number;
  processors: ProcessorTimes;
  /** Of the database, once everything derived is up to date; `metrics` are those in it. */
  disk: { metrics: number; tables: TableSize[] };
}

export interface PipelineOptions extends Pick<Options, 'seconds' | 'workers' | 'loaders'> {
  connections: number;
  syncing: Syncing;
  /** Posts a second; as many as are answered unless given. */
  rate?: number;
  /** Runs beside the load, which is measured between these seconds from now; gives how many metrics it posted itself. */
  beside?: (port: number, from: number, to: number) => Promise<{ metrics: number }>;
}

/** Posts a second that were both accepted and stored: what waits in the end was not stored. */
export const sustainedRate = ({ rate, backlog }: PipelineTrial): number => Math.min(rate, backlog.storedRate);

/** Before anything is measured: the code gets compiled, caches fill. */
const warmup = 5;

/** How long a backlog may take to be stored, against the time that it took to arise. */
const drainShare = 3;

const refuse = (others: LoadResult['others'], log: readonly string[]): void => {
  if (others.size === 0) return;
  const list = [...others].map(([outcome, times]) => `${times} × ${outcome}`);
  throw new Error(`answers other than 201: ${list.join(', ')}\n${log.join('\n')}`);
};

/** Fails unless what is stored is exactly what was answered with 201 and what there was before. */
const check = ({ metrics, sessions, dead }: Counts, expected: number, result: LoadResult): void => {
  if (metrics === expected && sessions >= result.sessions && dead === 0) return;
  throw new Error(`there should be ${expected} metrics, ${metrics} are stored, ${dead} records are dead`);
};

/** Loads a pipeline on this database, waits until all is stored, and checks that it is. */
export const tryPipeline = async (
  backend: Backend,
  database: Database,
  options: PipelineOptions,
): Promise<PipelineTrial> => {
  const { connections, syncing, seconds, workers, loaders, rate, beside } = options;
  const folder = openFolder();
  const broker = await openBroker(syncing);
  const surroundings = { database: database.uri, queue: broker.uri, folder: folder.path };
  const target = await openPipeline(surroundings, workers);
  try {
    const { metrics: before } = await database.count();
    const backlogs = await watchBacklog(database, broker.uri);
    const memory = watchMemory(target.pid);
    const participants = { target, redis: broker.pid, postgres: backend.pid };
    let processors = watchProcessors(participants);
    const [result, other] = await Promise.all([
      load({
        port: target.port,
        mode: 'keep-alive',
        connections,
        seconds,
        warmup,
        loaders,
        ...(rate !== undefined && { rate }),
        onBegin: () => {
          backlogs.begin();
          processors = watchProcessors(participants);
        },
      }),
      beside?.(target.port, warmup, warmup + seconds),
    ]);
    const times = processors.stop();
    const backlog = await backlogs.stop(warmup, warmup + seconds);
    const begin = performance.now();
    refuse(result.others, target.log());
    const metrics = before + result.metrics + (other?.metrics ?? 0);
    await database.reach(metrics, (warmup + seconds) * drainShare);
    const drained = (performance.now() - begin) / 1000;
    const megabytes = Math.max(...memory.stop().map((sample) => sample.megabytes));
    check(await database.count(), metrics, result);
    await database.settle();
    // The pipeline says itself what syncing once a second is worth.
    if (syncing === 'always') for (const line of warnings(target)) console.error(line);
    return {
      ...result,
      backlog,
      drained,
      memory: megabytes,
      processors: times,
      disk: { metrics, tables: await database.sizes() },
    };
  } finally {
    await target.stop();
    await broker.close();
    folder.close();
  }
};

export interface FloorTrial extends LoadResult {
  processors: ProcessorTimes;
}

/** The same load on as many processes that validate and store nothing. */
export const tryFloor = async (options: Omit<PipelineOptions, 'syncing'>): Promise<FloorTrial> => {
  const target = await openFloor(options.workers);
  try {
    let processors = watchProcessors({ target });
    const result = await load({
      ...options,
      port: target.port,
      mode: 'keep-alive',
      warmup,
      onBegin: () => {
        processors = watchProcessors({ target });
      },
    });
    refuse(result.others, target.log());
    return { ...result, processors: processors.stop() };
  } finally {
    await target.stop();
    // Its connections are gone before the next server is measured.
    await sleep(200);
  }
};
