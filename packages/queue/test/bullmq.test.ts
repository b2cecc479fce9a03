import type { Metric, StoredRecord } from '@monitor-server/contract';
import { startRedis } from '@monitor-server/testing';
import { Queue as BullQueue, type Job } from 'bullmq';
import { decodePayload } from '../src/bullmq/payload.ts';
import { openBullmqConsumer, openBullmqQueue, type Queue } from '../src/pipeline.ts';
import { addressOf, createJournal, createShelf, until, works } from './bullmq.ts';
import { describeQueue, type OpenedQueue } from './conformance.ts';
import { openProxy } from './proxy.ts';

function metricsOf(records: readonly StoredRecord[]): Metric[] {
  return records.flatMap((record) => (record.type === 'metric' ? [record.value] : []));
}

async function openBullmq(): Promise<OpenedQueue> {
  const redis = await startRedis();
  const proxy = await openProxy(redis.port);
  const log = createJournal();
  const shelf = createShelf();
  const queue = await openBullmqQueue({ address: addressOf(`redis://127.0.0.1:${proxy.port}`), log });
  const consumer = await openBullmqConsumer({
    address: addressOf(redis.uri),
    concurrency: 64,
    handle: shelf.put,
    log,
  });
  const inside = new BullQueue('batches', { connection: { port: redis.port }, prefix: '{monitor-server}' });
  let changed: Promise<unknown> = Promise.resolve();

  const settled: Queue = {
    async accept(batch) {
      await changed;
      await queue.accept(batch);
    },
    close: () => queue.close(),
  };

  return {
    queue: settled,
    async stored() {
      await changed;
      await until(async () => (await queue.depth()).jobs === 0);
      return [...shelf.batches.values()].flatMap(({ records }) => metricsOf(records));
    },
    async durable() {
      const jobs: Job<unknown>[] = await inside.getJobs(['wait', 'active']);
      const kept = new Map<string | undefined, readonly StoredRecord[]>();
      for (const job of jobs) kept.set(job.id, decodePayload(job.data).records);
      for (const { id, records } of shelf.batches.values()) kept.set(id, records);
      return metricsOf([...kept.values()].flat());
    },
    fail(when, reason) {
      changed = reason === 'full' ? redis.cli('CONFIG', 'SET', 'maxmemory', '1') : Promise.resolve();
      if (reason === 'broken') proxy.cut(when);
    },
    mend() {
      proxy.mend();
      changed = (async () => {
        await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
        await until(() => works(queue.depth()));
      })();
    },
    async close() {
      await consumer.close();
      await queue.close();
      await inside.close();
      await proxy.close();
      await redis.close();
    },
  };
}

describeQueue('the queue on Redis', openBullmq);
