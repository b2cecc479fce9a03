import { setTimeout as sleep } from 'node:timers/promises';
import { createIntake, openBullmqQueue } from '@monitor-server/queue/pipeline';
import { parseQueueUri } from '@monitor-server/runtime/config';
import { migratePostgres } from '@monitor-server/store/postgres';
import { openFolder } from '../release.ts';
import { processorTime, tree } from '../tree.ts';
import type { World } from '../world.ts';
import { openBroker, type Backend } from './backends.ts';
import type { Database } from './database.ts';
import { recordLists } from './records.ts';
import { openWorker, warnings } from './services.ts';

export interface DrainOptions {
  world: World;
  /** Metrics in the queue. */
  metrics: number;
  /** Records in a job. */
  size: number;
  workers: number;
}

/** How workers emptied a queue. */
export interface Drain {
  /** Metrics stored a second. */
  rate: number;
  /** The share of the time in which a transaction waited for its turn to insert. */
  contended: number;
  /** Processor time a metric, in microseconds: of all workers, and of PostgreSQL. */
  worker: number;
  postgres: number;
}

/** Jobs that are on their way to Redis at the same time. */
const fillers = 32;

/** Measured between these shares of the metrics: while workers begin they are slower, and in the end jobs run out. */
const begin = 0.2;
const end = 0.95;

const everyMs = 20;
const limitMs = 600_000;

const fill = async (uri: string, { world, metrics, size }: DrainOptions): Promise<void> => {
  const address = parseQueueUri(uri, process.cwd());
  const log = { info: () => undefined, warn: (line: string) => console.error(line) };
  const queue = await openBullmqQueue({ address, log, patienceMs: 60_000 });
  const intake = createIntake(queue);
  const lists = recordLists(world, metrics, size);
  const fillSome = async (): Promise<void> => {
    // All of them take from the same lists.
    for (let list = lists.next(); list.done !== true; list = lists.next()) {
      await intake.addAll(list.value);
    }
  };
  await Promise.all(Array.from({ length: fillers }, fillSome));
  await queue.close();
};

/** Seconds of processor time so far. */
type Times = Record<'worker' | 'postgres', number>;

interface Moment extends Times {
  milliseconds: number;
  stored: number;
}

const measure = async (database: Database, metrics: number, times: () => Times): Promise<Drain> => {
  let looks = 0;
  let contended = 0;
  const pass = async (share: number): Promise<Moment> => {
    const over = performance.now() + limitMs;
    for (;;) {
      const stored = await database.newest();
      if (stored >= share * metrics) return { milliseconds: performance.now(), stored, ...times() };
      looks++;
      if ((await database.waiting()) > 0) contended++;
      if (performance.now() > over)
        throw new Error(`${stored} of ${metrics} metrics were stored in ${limitMs} ms`);
      await sleep(everyMs);
    }
  };

  const first = await pass(begin);
  looks = 0;
  contended = 0;
  const last = await pass(end);
  const stored = last.stored - first.stored;
  if (stored === 0) throw new Error(`${metrics} metrics are too few to measure`);
  const perMetric = (name: keyof Times): number => ((last[name] - first[name]) / stored) * 1e6;
  return {
    rate: stored / ((last.milliseconds - first.milliseconds) / 1000),
    contended: looks === 0 ? 0 : contended / looks,
    worker: perMetric('worker'),
    postgres: perMetric('postgres'),
  };
};

/** Fills a queue, starts workers, and measures how fast they store what is in it. */
export const drain = async (backend: Backend, database: Database, options: DrainOptions): Promise<Drain> => {
  const folder = openFolder();
  const broker = await openBroker('always');
  await migratePostgres({ uris: [database.uri] });
  await fill(broker.uri, options);
  const surroundings = { database: database.uri, queue: broker.uri, folder: folder.path };
  const targets = await Promise.all(Array.from({ length: options.workers }, () => openWorker(surroundings)));
  const total = (roots: readonly number[]): number =>
    roots.flatMap(tree).reduce((sum, pid) => sum + processorTime(pid), 0);
  try {
    const found = await measure(database, options.metrics, () => ({
      worker: total(targets.map(({ pid }) => pid)),
      postgres: total([backend.pid]),
    }));
    await database.reach(options.metrics, 60);
    for (const line of targets.flatMap(warnings)) console.error(line);
    return found;
  } finally {
    await Promise.all(targets.map((target) => target.stop()));
    await broker.close();
    folder.close();
  }
};
