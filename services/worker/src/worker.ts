import { setTimeout as sleep } from 'node:timers/promises';
import { openBullmqConsumer } from '@monitor-server/queue/pipeline';
import {
  followStoring,
  observeStoring,
  type Logger,
  type Probe,
  type Telemetry,
} from '@monitor-server/runtime';
import { databaseError } from '@monitor-server/runtime/config';
import { openPatientWriter } from '@monitor-server/store/postgres';
import { createBatcher } from './batcher.ts';
import type { WorkerConfig } from './config.ts';

/** Jobs taken at the same time: enough that one transaction is full when the one before is done. */
const CONCURRENCY = 128;

/** How long a stop waits for the store; what it does not get stored by then goes back to the queue. */
const STOP_PATIENCE_MS = 3_000;

/** Takes batches from the queue and stores them, until it is closed. */
export interface Worker {
  /** Find out whether it can work: it needs all of them. */
  probes: Readonly<Record<string, Probe>>;
  close(): Promise<void>;
}

/**
 * Opens a worker. Many may run, on several machines; each batch is stored once. Throws a ConfigError where the database
 * cannot be used; one that is away is waited for.
 */
export async function openWorker(
  config: WorkerConfig,
  logger: Logger,
  { metrics, traces }: Telemetry,
): Promise<Worker> {
  const { database, retentionDays, queueUri } = config;
  const writer = await openPatientWriter({
    uris: database.uris,
    retentionDays,
    log: logger,
    onCommit: observeStoring(logger, metrics),
  }).catch((error: unknown) => {
    throw databaseError(config, error);
  });
  const batcher = createBatcher(followStoring(traces, writer.write), logger);
  const consumer = await openBullmqConsumer({
    address: queueUri,
    concurrency: CONCURRENCY,
    handle: batcher.add,
    log: logger,
  });
  metrics?.watchQueue(consumer.depth);
  metrics?.watchWriting(writer.usage);
  return {
    probes: { queue: consumer.check, writing: () => writer.write([]) },
    async close() {
      const drained = consumer.close();
      await Promise.race([drained, sleep(STOP_PATIENCE_MS, undefined, { ref: false })]);
      await batcher.close();
      await drained;
      await writer.close();
    },
  };
}
