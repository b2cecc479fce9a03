import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Batch } from '@monitor-server/contract';
import { startRedis, type Redis } from '@monitor-server/testing';
import { Queue as BullQueue } from 'bullmq';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  openBullmqConsumer,
  openBullmqQueue,
  type BullmqConsumer,
  type BullmqConsumerOptions,
  type BullmqQueue,
} from '../src/pipeline.ts';
import { addressOf, batchOf, createJournal, createShelf, until, type Journal, type Shelf } from './bullmq.ts';

/** A lost consumer is told within a second. */
const hasty = { lockMs: 600, stalledMs: 200 };

let redis: Redis;
let queue: BullmqQueue;
let log: Journal;
let shelf: Shelf;
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  redis = await startRedis();
  log = createJournal();
  shelf = createShelf();
  queue = await openBullmqQueue({ address: addressOf(redis.uri), log, patienceMs: 5_000 });
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await queue.close();
  await redis.close();
});

async function consume(options: Partial<BullmqConsumerOptions> = {}): Promise<BullmqConsumer> {
  const address = addressOf(redis.uri);
  const consumer = await openBullmqConsumer({ address, concurrency: 8, handle: shelf.put, log, ...options });
  closing.push(consumer.close);
  return consumer;
}

async function acceptAll(count: number): Promise<string[]> {
  const batches = Array.from({ length: count }, (_, at) => batchOf(1, at));
  for (const batch of batches) await queue.accept(batch);
  return batches.map(({ id }) => id);
}

async function drained(): Promise<void> {
  await until(async () => (await queue.depth()).jobs === 0);
}

/** How many jobs wait and how many are being handled, as Redis has it. */
async function lengths(): Promise<[waiting: unknown, active: unknown]> {
  const length = (list: string) => redis.cli('LLEN', `{monitor-server}:batches:${list}`);
  return [await length('wait'), await length('active')];
}

/** A handler that waits until it is let go. */
function createGate(): { handle: (batch: Batch) => Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    async handle(batch) {
      await promise;
      await shelf.put(batch);
    },
    open: resolve,
  };
}

describe('batches', () => {
  test('are handled in the order they were accepted in, some at a time, and leave when they are done', async () => {
    const ids = await acceptAll(30);
    const gate = createGate();
    const consumer = await consume({ handle: gate.handle, concurrency: 4 });
    await until(() => consumer.running() === 4);
    await sleep(100);
    expect(consumer.running()).toBe(4);
    expect(await lengths()).toEqual([26, 4]);
    expect(await consumer.depth()).toMatchObject({ jobs: 30, records: 30 });
    gate.open();
    await drained();
    expect([...shelf.batches.keys()]).toEqual(ids);
    await until(() => consumer.running() === 0);
    expect(await redis.cli('KEYS', '*:batches:????????-*')).toEqual([]);
  });

  test('that cannot be handled for a while are tried until they can, none is lost or set aside', async () => {
    const ids = await acceptAll(20);
    let failures = 30;
    await consume({
      handle: async (batch) => {
        await sleep(1);
        if (failures-- > 0) throw new Error('the store is away');
        await shelf.put(batch);
      },
    });
    await drained();
    expect([...shelf.batches.keys()].toSorted()).toEqual(ids);
    expect(await queue.failed(10)).toEqual([]);
    expect(log.lines).toContain('a batch was not stored, and is tried again: the store is away');
  });

  test('that take long stay with their consumer', async () => {
    const ids = await acceptAll(4);
    const gate = createGate();
    await consume({ ...hasty, handle: gate.handle });
    await until(async () => (await lengths())[1] === 4);
    await consume(hasty);
    await sleep(2_000);
    expect(shelf.times.size).toBe(0);
    gate.open();
    await drained();
    expect([...shelf.times]).toEqual(ids.map((id) => [id, 1]));
  });

  test('of a consumer that was killed are taken over by another', async () => {
    const ids = await acceptAll(12);
    const script = fileURLToPath(new URL('./consumer-process.ts', import.meta.url));
    const child = spawn(process.execPath, [script, redis.uri], { stdio: ['ignore', 'pipe', 'inherit'] });
    closing.push(() => Promise.resolve(void child.kill('SIGKILL')));
    const taken: string[] = [];
    createInterface(child.stdout).on('line', (id) => taken.push(id));
    await until(() => taken.length === 8);
    await consume(hasty);
    await until(() => shelf.batches.size === 4);
    await sleep(1_500);
    expect(shelf.batches.size).toBe(4);
    child.kill('SIGKILL');
    await drained();
    expect([...shelf.batches.keys()].toSorted()).toEqual(ids);
  });
});

describe('a batch that cannot be read', () => {
  test('is kept with the reason, and can be tried again', async () => {
    const inside = new BullQueue<unknown>('batches', {
      connection: { port: redis.port },
      prefix: '{monitor-server}',
    });
    closing.push(() => inside.close());
    const [strange, damaged, fine] = [batchOf(2), batchOf(3), batchOf(1)];
    await inside.add('2', { v: 2, rows: [] }, { jobId: strange.id });
    await inside.add('3', { v: 1, zstd: 'nonsense' }, { jobId: damaged.id });
    await queue.accept(fine);
    await consume();
    await drained();
    expect([...shelf.batches.keys()]).toEqual([fine.id]);
    expect(await queue.failed(10)).toEqual([
      {
        id: damaged.id,
        records: 3,
        reason: expect.stringMatching(/^it is damaged/) as string,
        failedAt: expect.any(Date) as Date,
      },
      {
        id: strange.id,
        records: 2,
        reason: 'it is of version 2, and this program reads version 1; start a newer worker',
        failedAt: expect.any(Date) as Date,
      },
    ]);
    expect(await queue.failed(1)).toHaveLength(1);
    expect(log.lines.filter((line) => line.includes('is kept as a failed job'))).toHaveLength(2);

    const mended = await inside.getJob(strange.id);
    await mended?.updateData({ v: 1, records: strange.records });
    expect(await queue.retryFailed()).toBe(2);
    await until(async () => (await queue.failed(10)).length === 1);
    expect(shelf.batches.get(strange.id)).toEqual(strange);
  });

  test('because Redis lost what it holds, is kept too', async () => {
    const [id = ''] = await acceptAll(1);
    await redis.cli('DEL', `{monitor-server}:batches:${id}`);
    await consume();
    await until(async () => (await queue.failed(10)).length === 1);
    expect(await lengths()).toEqual([0, 0]);
  });
});

describe('closing', () => {
  test('waits for what is being handled, and takes no more', async () => {
    await acceptAll(6);
    const gate = createGate();
    const consumer = await consume({ handle: gate.handle, concurrency: 2 });
    await until(() => consumer.running() === 2);
    const closed = consumer.close();
    gate.open();
    await closed;
    expect(shelf.batches.size).toBe(2);
    expect(await lengths()).toEqual([4, 0]);
  });

  test('gives back to the front what is not done in time, and what fails meanwhile', async () => {
    const ids = await acceptAll(4);
    const failing = createGate();
    const consumer = await consume({
      concurrency: 2,
      closeMs: 300,
      handle: async (batch) => {
        if (batch.id === ids[0]) return new Promise(() => undefined);
        await failing.handle(batch);
        throw new Error('the store is closing');
      },
    });
    await until(() => consumer.running() === 2);
    const closed = consumer.close();
    failing.open();
    await closed;
    expect(await lengths()).toEqual([4, 0]);
    await consume({ concurrency: 1 });
    await drained();
    expect([...shelf.times.keys()].slice(-2)).toEqual(ids.slice(2));
    expect(shelf.batches.size).toBe(4);
  });

  test('ends an idle consumer at once', async () => {
    const consumer = await consume();
    await acceptAll(1);
    await drained();
    await Promise.all([consumer.close(), consumer.close()]);
    expect(await redis.cli('CLIENT', 'LIST', 'TYPE', 'NORMAL')).not.toMatch(/cmd=bzpopmin/);
  });

  test('does not wait for a Redis that is away or frozen', async () => {
    await acceptAll(3);
    const gate = createGate();
    const held = await consume({ handle: gate.handle, closeMs: 100 });
    await until(() => held.running() === 3);
    await redis.freeze();
    await held.close();
    await redis.thaw();
    await redis.kill();
    await (await consume({ closeMs: 100 })).close();
    await redis.start();
    expect((await lengths()).map(Number).reduce((sum, length) => sum + length)).toBe(3);
  });
});
