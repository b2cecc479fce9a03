import { once } from 'node:events';
import type { QueueAddress } from '@monitor-server/runtime/config';
import { Queue as BullQueue } from 'bullmq';
import { QueueError, type Queue } from '../queue.ts';
import { absence, openConnection, type QueueLog } from './connection.ts';
import { createDepth, type Depth } from './depth.ts';
import { queueFault } from './faults.ts';
import { keyPrefix, QUEUE_NAME } from './keys.ts';
import { createPatience } from './patience.ts';
import { encodePayload } from './payload.ts';

export interface BullmqQueueOptions {
  address: QueueAddress;
  log: QueueLog;
  /** How long `accept` and `depth` take at most. */
  patienceMs?: number;
  /** Called when Redis can be reached, and whenever it can again: the moment to ask `checkRedis`. */
  onReady?: () => void;
}

/** A batch that no worker could read. It is kept until somebody retries or removes it. */
export interface FailedBatch {
  id: string;
  /** How many records it holds, as far as that is known. */
  records: number | undefined;
  reason: string;
  failedAt: Date;
}

/** The queue on Redis, as those see it who fill it. */
export interface BullmqQueue extends Queue {
  /**
   * Adds the batch as one job under its id. Resolves when Redis has confirmed it: synced to its disk where it runs with
   * `appendfsync always`, and held by as many replicas as the address asks for. `checkRedis` tells what that is worth.
   *
   * Rejects with a QueueError within `patienceMs` where Redis is away, loading, slow, full, or in a failover; it is
   * unsure where the batch was sent. Whoever offers it again under its id adds nothing while the job is there, and where
   * it has been stored since, the store leaves out what it has.
   */
  accept: Queue['accept'];
  /** Cheap enough to be asked several times a second. Rejects like `accept`. */
  depth(): Promise<Depth>;
  /** The latest batches that no worker could read, latest first. Rejects like `accept`. */
  failed(limit: number): Promise<FailedBatch[]>;
  /** Lets the workers try all of those again, and tells how many they were. */
  retryFailed(): Promise<number>;
}

const PATIENCE_MS = 1_000;

/** How much of the patience replicas may take, so that their absence is told before it ends. */
const REPLICA_SHARE = 0.8;

/**
 * Opens the queue. Redis may be away: its connection is looked for in the background, and until there is one, `accept`
 * rejects at once. Waits for the first one for `patienceMs` at most.
 */
export async function openBullmqQueue(options: BullmqQueueOptions): Promise<BullmqQueue> {
  const { address, log, patienceMs = PATIENCE_MS, onReady } = options;
  const connection = openConnection({ address, log, meanwhile: 'fail', onReady });
  const { client, name } = connection;
  const replicas = address.kind === 'cluster' ? 0 : address.replicas;
  const queue = new BullQueue(QUEUE_NAME, {
    connection: client,
    prefix: keyPrefix(address),
    // It would ask once, and be unusable for good if Redis went away over the answer. `checkRedis` asks.
    skipVersionCheck: true,
  });
  // The connection itself tells its errors; without a listener they would be thrown.
  queue.on('error', () => undefined);
  const depth = createDepth(client, queue);
  const within = createPatience(
    patienceMs,
    (isUnsure) => new QueueError('broken', `${name} did not answer within ${patienceMs} ms`, { isUnsure }),
  );

  async function ask<T>(work: () => Promise<T>): Promise<T> {
    if (!connection.ready()) throw new QueueError('broken', absence(connection));
    try {
      return await within(work);
    } catch (error) {
      throw queueFault(error, name);
    }
  }

  /**
   * `WAITAOF`, which Redis has since 7.2, would wait for disks too. Its local half is what `appendfsync always` gives for
   * nothing, and where Redis syncs once a second it takes up to a second.
   */
  async function replicated(): Promise<void> {
    const having = await client.wait(replicas, Math.round(patienceMs * REPLICA_SHARE));
    if (having < replicas)
      throw new QueueError('broken', `${having} instead of ${replicas} replicas of ${name} have the batch`, {
        isUnsure: true,
      });
  }

  await once(client, 'ready', { signal: AbortSignal.timeout(patienceMs) }).catch(() => undefined);

  return {
    accept: (batch) =>
      ask(async () => {
        // Jobs are named after how many records they hold: that is how their number is known from outside.
        await queue.add(String(batch.records.length), encodePayload(batch), { jobId: batch.id });
        if (replicas > 0) await replicated();
      }),
    depth: () => ask(depth),
    failed: (limit) =>
      ask(async () => {
        const jobs = await queue.getFailed(0, limit - 1);
        return jobs.map(({ id = '', name, failedReason, finishedOn }) => ({
          id,
          records: Number.isInteger(Number(name)) ? Number(name) : undefined,
          reason: failedReason,
          failedAt: new Date(finishedOn ?? 0),
        }));
      }),
    retryFailed: () =>
      ask(async () => {
        const count = await queue.getFailedCount();
        await queue.retryJobs({ state: 'failed' });
        return count;
      }),
    async close() {
      await queue.close();
      connection.close();
    },
  };
}
