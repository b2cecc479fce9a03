import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis, type Redis } from '@monitor-server/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  openBullmqConsumer,
  openBullmqQueue,
  type BullmqConsumer,
  type BullmqQueue,
} from '../src/pipeline.ts';
import { addressOf, batchOf, createJournal, createShelf, until, type Shelf } from './bullmq.ts';

const log = createJournal();
let redis: Redis;
let queue: BullmqQueue;
let shelf: Shelf;
let consumers: BullmqConsumer[];

beforeEach(async () => {
  redis = await startRedis();
  queue = await openBullmqQueue({ address: addressOf(redis.uri), log, patienceMs: 200 });
  shelf = createShelf();
  consumers = [];
});
afterEach(async () => {
  await Promise.all(consumers.map((consumer) => consumer.close()));
  await queue.close();
  await redis.close();
});

async function consume(handle = shelf.put): Promise<void> {
  const address = addressOf(redis.uri);
  consumers.push(
    await openBullmqConsumer({ address, concurrency: 16, lockMs: 1_000, stalledMs: 300, handle, log }),
  );
}

async function drained(): Promise<void> {
  const isEmpty = () =>
    queue.depth().then(
      ({ jobs }) => jobs === 0,
      () => false,
    );
  await until(isEmpty);
}

/** Offers batches until it is told to stop, and notes which were accepted. */
function createLoad(lanes: number): {
  accepted: Set<string>;
  refused: () => number;
  stop: () => Promise<void>;
} {
  const accepted = new Set<string>();
  let refused = 0;
  const stopping = new AbortController();
  async function offer(): Promise<void> {
    while (!stopping.signal.aborted) {
      const batch = batchOf(5);
      try {
        await queue.accept(batch);
        accepted.add(batch.id);
      } catch {
        refused++;
        await sleep(5);
      }
    }
  }
  const running = Array.from({ length: lanes }, offer);
  return {
    accepted,
    refused: () => refused,
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

/** A store that takes a moment, so that there are always some batches under way. */
async function store(batch: Parameters<Shelf['put']>[0]): Promise<void> {
  await sleep(Math.random() * 20);
  await shelf.put(batch);
}

function expectAllStored(accepted: ReadonlySet<string>): void {
  expect([...accepted].filter((id) => !shelf.batches.has(id))).toEqual([]);
}

describe('nothing that was accepted is lost', () => {
  test('when Redis is killed and restarted under load', async () => {
    await consume(store);
    await consume(store);
    const load = createLoad(8);
    for (let round = 0; round < 4; round++) {
      const before = load.accepted.size;
      await until(() => load.accepted.size > before + 40);
      await redis.kill();
      await sleep(Math.random() * 100);
      await redis.start();
    }
    await load.stop();
    await drained();
    expect(load.refused()).toBeGreaterThan(0);
    expectAllStored(load.accepted);
    expect(await queue.failed(10)).toEqual([]);
  });

  test('when Redis freezes under load, longer than the locks last', async () => {
    await consume(store);
    const load = createLoad(8);
    await until(() => load.accepted.size > 40);
    await redis.freeze();
    await sleep(1_500);
    await redis.thaw();
    const before = load.accepted.size;
    await until(() => load.accepted.size > before + 40);
    await load.stop();
    await drained();
    expect(load.refused()).toBeGreaterThan(0);
    expectAllStored(load.accepted);
    expect(await queue.failed(10)).toEqual([]);
  });

  test('when the memory of Redis is full: what is there is still stored, and makes room', async () => {
    const load = createLoad(4);
    await until(() => load.accepted.size > 60);
    await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
    await until(() => load.refused() > 4);
    await load.stop();
    // The first ones take longer than a lock that is not renewed.
    const first = shelf.put;
    await consume(async (batch) => {
      if (shelf.times.size < 8) await sleep(2_000);
      await first(batch);
    });
    await drained();
    expectAllStored(load.accepted);
    expect(Math.max(...shelf.times.values())).toBe(1);
    await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
    await queue.accept(batchOf(1));
  });

  test('when Redis is a replica for a while, and then the master again', async () => {
    await consume(store);
    const load = createLoad(4);
    await until(() => load.accepted.size > 20);
    await redis.cli('REPLICAOF', '127.0.0.1', '1');
    await until(() => load.refused() > 4);
    await redis.cli('REPLICAOF', 'NO', 'ONE');
    const before = load.accepted.size;
    await until(() => load.accepted.size > before + 20);
    await load.stop();
    await drained();
    expectAllStored(load.accepted);
    expect(await queue.failed(10)).toEqual([]);
  });

  test('when Redis appears only after both sides were opened', async () => {
    await redis.kill();
    await queue.close();
    queue = await openBullmqQueue({ address: addressOf(redis.uri), log, patienceMs: 200 });
    await consume();
    const load = createLoad(2);
    await until(() => load.refused() > 4);
    await redis.start();
    await until(() => load.accepted.size > 10);
    await load.stop();
    await drained();
    expect(load.accepted.size).toBeGreaterThan(10);
    expectAllStored(load.accepted);
  });
});
